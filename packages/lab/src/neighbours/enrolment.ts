/** Adapter: the stand-in of authd beside a node: TLS, one request a connection, answered by the Muster of the node. */
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import {
  answerText,
  type Enrolled,
  type EnrolRequest,
  maxRequestBytes,
  noMasterText,
  type Refusal,
  readRequest,
} from '../enrolment-text.ts';
import { linesOf } from '../lines.ts';
import { selfSigned } from './certificate.ts';

/** Adds an agent. Rejects when nobody can be asked. */
export type Register = (request: EnrolRequest) => Promise<Enrolled | Refusal>;

export interface Enrolment {
  readonly port: number;
  close(): Promise<void>;
}

/** Milliseconds for a whole exchange; an ask of the master takes less. */
const patienceMs = 30_000;

/** Connections at once; more wait in the system's queue. */
const maxConnections = 256;

/** Listens on `port` of 127.0.0.1, 0 for a free one, with a new certificate for `node`. */
export async function openEnrolment(
  settings: { readonly port: number; readonly node: string },
  register: Register,
  warn: (text: string) => void,
): Promise<Enrolment> {
  const open = new Set<TLSSocket>();
  const server = createServer({ ...(await selfSigned(settings.node)), minVersion: 'TLSv1.2' }, (socket) => {
    open.add(socket);
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    answer(socket, register, warn).then(
      (text) => socket.end(text),
      // The agent went away, or sent what is no line: there is nobody to answer.
      () => socket.destroy(),
    );
  });
  server.maxConnections = maxConnections;
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Not by `for await`: leaving it would destroy the socket before the answer. */
async function answer(socket: TLSSocket, register: Register, warn: (text: string) => void): Promise<string> {
  const lines = linesOf(socket.iterator({ destroyOnReturn: false }), maxRequestBytes);
  const first = await lines.next();
  if (first.done === true) throw new Error('It asked nothing');
  const request = readRequest(first.value, socket.remoteAddress ?? 'any');
  if ('refused' in request) return answerText(request);
  try {
    return answerText(await register(request));
  } catch (error) {
    warn(`${request.name} could not be registered: ${error instanceof Error ? error.message : String(error)}`);
    return noMasterText;
  }
}
