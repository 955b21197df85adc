/** Adapter: the Runtime API over unix, TCP and TLS sockets. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { endpointText } from '../endpoint.ts';
import { HaproxyError } from '../haproxy-error.ts';
import type { HaproxyPorts, RuntimeEndpoint } from '../ports.ts';
import { connectionFault } from './connection-fault.ts';
import { settleOnce } from './settle-once.ts';
import { tlsOptions } from './tls-files.ts';

/** One connection for each line: HAProxy closes it after the answer. */
export const runtimeSocket: HaproxyPorts['runtime'] = (endpoint, line, { timeoutMs, maxBytes }, signal) => {
  const name = endpointText(endpoint);
  return settleOnce<string>({ name, timeoutMs, signal }, (resolve, reject) => {
    const socket = dial(endpoint, name);
    const pieces: Buffer[] = [];
    let bytes = 0;
    socket.on('error', (error) => reject(connectionFault(name, error)));
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > maxBytes) reject(new HaproxyError(name, 'too-large', `the answer has more than ${maxBytes} bytes`));
    });
    // Our half stays open until then: HAProxy takes an end of input for a client that went away.
    socket.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    socket.on('close', () => reject(new HaproxyError(name, 'unreachable', 'the connection was cut')));
    socket.write(`${line}\n`);
    return socket;
  });
};

function dial(endpoint: RuntimeEndpoint, name: string): Socket {
  if (endpoint.kind === 'unix') return connectPlain({ path: endpoint.path });
  const { host, port } = endpoint;
  if (endpoint.kind === 'tcp') return connectPlain({ host, port });
  return connectTls({ host, port, ...tlsOptions(name, host, endpoint.tls) });
}
