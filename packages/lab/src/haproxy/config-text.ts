/** What the lab's HAProxy reads: as `muster lb haproxy` prints it, on loopback, with ports and files of its own. */

export interface LabHaproxyPlaces {
  /** Of its Runtime API. */
  readonly socket: string;
  /** Where agents connect, enrol, and where people look at the stats page. */
  readonly agentsPort: number;
  readonly enrolPort: number;
  readonly statsPort: number;
  /** Of the authd beside the master. */
  readonly masterEnrolPort: number;
  readonly agents: number;
}

export const backend = 'wazuh_reporting';

/** All but the agents' backend: that is in a file that Muster keeps. */
export const haproxyText = (places: LabHaproxyPlaces): string => `global
    maxconn ${places.agents * 2 + 200}
    stats socket ${places.socket} mode 600 level admin

defaults
    mode tcp
    timeout connect 5s
    timeout client 10m
    timeout server 10m
    timeout tunnel 10m

frontend agents
    bind 127.0.0.1:${places.agentsPort}
    default_backend ${backend}

frontend enrolment
    bind 127.0.0.1:${places.enrolPort}
    default_backend master_enrolment

backend master_enrolment
    server master 127.0.0.1:${places.masterEnrolPort}

frontend stats
    mode http
    bind 127.0.0.1:${places.statsPort}
    stats enable
    stats uri /stats
    stats refresh 2s
`;

/** The agents' backend before Muster has written it: nobody is there yet. */
export const emptyBackend = `backend ${backend}\n    mode tcp\n    balance leastconn\n    option redispatch\n`;

/** `muster.yaml` of the master. `ports`: where the remoted beside each node listens. */
export function musterYaml(
  { socket, agentsFile, binary }: { readonly socket: string; readonly agentsFile: string; readonly binary: string },
  ports: ReadonlyMap<string, number>,
): string {
  const nodes = [...ports].map(([name, port]) => `    ${name}: { address: 127.0.0.1, port: ${port} }\n`).join('');
  return `haproxy:
  instances: [${socket}]
  persist: ${agentsFile}
  binary: ${binary}
  nodes:
${nodes}`;
}
