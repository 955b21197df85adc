/** The file with which a restarted HAProxy begins: the whole backend, and nothing else. */
import type { WantedServer } from '../driver.ts';
import type { Target } from './ask.ts';
import type { HealthCheck } from './settings.ts';
import { addressWord, hostWord, nameWord, plainAddress, portWord, weightWord } from './words.ts';

/** In order of the names, so that the same servers give the same bytes. Every word is checked as those of commands are. */
export function renderAgentsCfg(
  target: Pick<Target, 'name' | 'backend'>,
  servers: readonly WantedServer[],
  check: HealthCheck,
): string {
  const sorted = [...servers].sort((one, other) => (one.name < other.name ? -1 : 1));
  return `${head(target.backend)}${sorted.map((server) => serverLine(target, server, check)).join('')}`;
}

const head = (
  backend: string,
): string => `# Written by Muster, and written again at each change: what is edited here is lost.
#
# HAProxy reads this file when it starts, and Muster keeps the running one equal to it through the Runtime API:
# never reload HAProxy for it. Load it beside the main file, which holds no other backend of this name:
#   haproxy -f /etc/haproxy/haproxy.cfg -f THIS_FILE
backend ${backend}
    mode tcp
    # Whoever has the fewest agents gets the next one. With another algorithm the balance does not converge.
    balance leastconn
    # An agent whose server does not answer is sent to another one.
    option redispatch
    retries 3
    timeout connect 5s
    # An agent speaks every 10 to 20 s. Long enough for several silences, short enough for agents that vanished.
    timeout server 10m
    timeout tunnel 10m
    option srvtcpka
    # A weight of 100 is one.
`;

function serverLine(
  { name: endpoint }: Pick<Target, 'name'>,
  server: WantedServer,
  { interMs, fall, rise }: HealthCheck,
): string {
  const address = plainAddress(server.address);
  const host = address === undefined ? hostWord(endpoint, server.address) : addressWord(endpoint, address);
  const where = `${host.includes(':') ? `[${host}]` : host}:${portWord(endpoint, server.port)}`;
  const words = [
    `server ${nameWord(endpoint, 'server name', server.name)} ${where}`,
    `weight ${weightWord(endpoint, server.weight)}`,
    `check inter ${interMs} fall ${fall} rise ${rise}`,
    // A name that cannot be looked up must not keep HAProxy from starting.
    ...(address === undefined ? ['init-addr libc,none'] : []),
  ];
  return `    ${words.join(' ')}\n`;
}
