/** `set server … addr A [port P]`: connections that are there stay where they are. */
import type { ModelServer } from './server.ts';

const line = (text: string): string => `${text} by 'stats socket command'\n\n`;

/** Near enough for what is ever sent: four numbers, or something with colons. */
const isAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+)$/;

export function setAddress(server: ModelServer, [address, word, port]: readonly string[]): string {
  if (address === undefined) return 'set server <b>/<s> addr requires an address and optionally a port.\n\n';
  if (!isAddress.test(address)) return line(`Invalid addr '${address}'`);
  const moved = movedTo(server, address);
  if (word !== 'port') return line(moved);
  return line(`${moved}, ${portMoved(server, port)}`);
}

function movedTo(server: ModelServer, address: string): string {
  if (server.address === address) return 'no need to change the addr';
  const before = server.address;
  server.address = address;
  return `IP changed from '${before}' to '${address}'`;
}

function portMoved(server: ModelServer, text: string | undefined): string {
  const port = Number(text);
  if (!Number.isInteger(port)) return `problem converting port '${text}' to an int`;
  if (server.port === port) return 'no need to change the port';
  const before = server.port;
  server.port = port;
  return `port changed from '${before}' to '${port}'`;
}
