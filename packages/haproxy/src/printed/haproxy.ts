/** A complete configuration of HAProxy for a cluster, commented (`reference/haproxy-runtime.md` 1; HAProxy 2.6 to 3.x). */
import { renderAgentsCfg } from '../runtime/agents-cfg.ts';
import { defaultCheck } from '../runtime/settings.ts';
import { checkedSite, connectionsOf, hostOf, type Site } from './site.ts';

export interface HaproxyPaths {
  /** The Runtime API, for `haproxy.instances` of muster.yaml. */
  readonly socket: string;
  /** `ADDRESS:PORT` where the Runtime API listens too, for a Muster on another machine; undefined: the socket alone. */
  readonly runtime?: string | undefined;
  /** The file that Muster keeps (`haproxy.persist`); undefined: the agents' backend stands in the printed file. */
  readonly agentsFile: string | undefined;
}

/** The whole file; with `agentsFile` all but the agents' backend, which `printAgentsFile` gives. Throws a `HaproxyError` for names that cannot stand in it. */
export function printHaproxy(site: Site, paths: HaproxyPaths): string {
  const known = checkedSite(site);
  const parts = [head(known, paths), globals(known, paths), defaults, agents(known, paths), registration(known), pages];
  return `${parts.join('\n\n')}\n`;
}

/** The file of `agentsFile` as Muster writes it. */
export const printAgentsFile = (site: Site): string => {
  const { backend, nodes } = checkedSite(site);
  return renderAgentsCfg(backendOf(backend), nodes, defaultCheck);
};

const backendOf = (backend: string): { readonly name: string; readonly backend: string } => ({
  name: 'the load balancer',
  backend,
});

const head = ({ cluster }: Site, { agentsFile }: HaproxyPaths): string =>
  [
    `# HAProxy in front of the Wazuh cluster "${cluster}", printed by: muster lb haproxy`,
    `# Check it:  haproxy -c -f /etc/haproxy/haproxy.cfg${agentsFile === undefined ? '' : ` -f ${agentsFile}`}`,
    ...(agentsFile === undefined
      ? []
      : [
          `# The agents' backend stands in ${agentsFile}, which Muster keeps: start HAProxy with both files`,
          '# (muster lb haproxy --service systemd prints how), the first time with what',
          '# muster lb haproxy --part agents prints.',
        ]),
  ].join('\n');

const globals = (site: Site, { socket, runtime }: HaproxyPaths): string => `global
    log /dev/log local0
    user haproxy
    group haproxy
    # Each connection takes two file descriptors: the service needs a limit (LimitNOFILE, ulimit -n) of
    # ${connectionsOf(site) * 2 + 100} at least, or HAProxy does not start.
    maxconn ${connectionsOf(site)}
    # Muster adds, drains and removes servers here, and moves agents: haproxy.instances of muster.yaml.
    # Whoever may write to it rules this HAProxy: root, and the members of the group haproxy.
    stats socket ${socket} mode 660 group haproxy level admin${runtime === undefined ? '' : runtimeLines(runtime)}
    stats timeout 30s`;

/** HAProxy ignores certificates on such a line: see docs/haproxy.md for TLS. */
const runtimeLines = (place: string): string => `
    # The same for a Muster on another machine, in clear and without a password: let nobody but the master reach it.
    stats socket ${place.startsWith('[') ? 'ipv6' : 'ipv4'}@${place.replace(/[[\]]/g, '')} level admin`;

const defaults = `defaults
    log global
    mode tcp
    option tcplog
    option dontlognull
    timeout connect 5s
    # Agents keep one connection open and speak every 10 to 20 s: well above three of their keep-alives, or
    # HAProxy cuts those that live.
    timeout client 10m
    timeout server 10m
    timeout tunnel 10m`;

const bindOf = ({ bind }: Site, port: number): string => `bind ${bind === undefined ? '' : hostOf(bind)}:${port}`;

const agents = (site: Site, { agentsFile }: HaproxyPaths): string => {
  const frontend = `# Agents report here. There must be no other frontend on this port. On the machine of a node remoted has it
# already: give HAProxy an address of its own there (muster lb haproxy --bind ADDRESS).
frontend ${site.backend}_front
    ${bindOf(site, site.agentPort)}
    option clitcpka
    default_backend ${site.backend}`;
  return agentsFile === undefined ? `${frontend}\n\n${backendHere(site)}` : frontend;
};

/** What Muster would say in the file of its own does not hold here. */
const backendHere = (site: Site): string =>
  `# Muster changes the running servers without a reload; this list is what HAProxy begins with.\n${printAgentsFile(
    site,
  )
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim()}`;

const registration = (site: Site): string => `# New agents enrol here: the master alone gives them keys.
frontend wazuh_register
    ${bindOf(site, site.registrationPort)}
    timeout client 1m
    default_backend wazuh_register

backend wazuh_register
    timeout server 1m
    timeout tunnel 1m
    server master_register ${hostOf(site.master.address)}:${site.registrationPort} check inter 2s fall 3 rise 2`;

const pages = `# The stats page (/stats) and metrics for Prometheus (/metrics), for this machine alone: they have no password.
# Without "prometheus-exporter" in the output of haproxy -vv, remove that line.
frontend stats
    mode http
    option httplog
    bind 127.0.0.1:9000
    stats enable
    stats uri /stats
    stats refresh 5s
    http-request use-service prometheus-exporter if { path /metrics }`;
