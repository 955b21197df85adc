import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@muster/actor';
import type { Beat } from '@muster/protocol';
import {
  type Admit,
  acceptLink,
  type Connection,
  endOfTurn,
  type LinkClosed,
  type LinkDeps,
  type LinkHandlers,
  type LinkLimits,
  type Listening,
  linkLimits,
  type OwnIdentity,
  openLink,
  type PausedLink,
  type Rejection,
  type TlsOptionsOfNode,
  tlsTransport,
} from '../src/index.ts';
import { deferred } from '../src/testing/index.ts';

export const key = '0123456789abcdef0123456789abcdef';
/** Milliseconds that a test waits for what must come: long, for a machine may be busy. */
export const patienceMs = 120_000;
export const wallNow = (): number => Date.now();
export const depsWith = (limits: Partial<LinkLimits> = {}): LinkDeps => ({
  clock: systemClock,
  wallNow,
  defer: endOfTurn,
  limits: { ...linkLimits, ...limits },
});
export const master: OwnIdentity = { cluster: 'alpha', node: 'main', role: 'master', version: '0.1.0' };
export const worker: OwnIdentity = { cluster: 'alpha', node: 'w1', role: 'worker', version: '0.1.0' };
export const welcomeAll: Admit = () => Promise.resolve({ accept: true });

export const beat = (sequence: number): Beat => ({
  type: 'beat',
  sequence,
  wallMs: 1,
  state: 'in-sync',
  files: 10,
  loopDelayMs: 0.5,
});

export const tls = (own: OwnIdentity, more: Partial<TlsOptionsOfNode> = {}): TlsOptionsOfNode => ({
  key,
  cluster: own.cluster,
  node: own.node,
  role: own.role,
  limits: linkLimits,
  clock: systemClock,
  ...more,
});

/** A master's listener on a free port, with everything that came of it. */
export interface MasterRig {
  readonly listening: Listening;
  readonly rejections: Rejection[];
  readonly links: PausedLink[];
  readonly errors: Error[];
  readonly connections: Connection[];
  readonly close: () => Promise<void>;
}

export interface MasterOptions {
  readonly own?: OwnIdentity;
  readonly admit?: Admit;
  readonly limits?: Partial<LinkLimits>;
  readonly accepted?: (link: PausedLink) => void;
}

export async function masterRig({
  own = master,
  admit = welcomeAll,
  limits,
  accepted,
}: MasterOptions = {}): Promise<MasterRig> {
  const deps = depsWith(limits);
  const rejections: Rejection[] = [];
  const links: PausedLink[] = [];
  const errors: Error[] = [];
  const connections: Connection[] = [];
  const transport = tlsTransport(tls(own, { listen: { bindAddr: '127.0.0.1', port: 0 }, limits: deps.limits }));
  const listening = await transport.listen({
    connection: (connection) => {
      connections.push(connection);
      void acceptLink(connection, own, admit, deps).then(
        (link) => {
          links.push(link);
          accepted?.(link);
        },
        (error: Error) => void errors.push(error),
      );
    },
    rejected: (rejection) => void rejections.push(rejection),
  });
  const close = async (): Promise<void> => {
    for (const connection of connections) connection.destroy();
    await listening.close();
  };
  return { listening, rejections, links, errors, connections, close };
}

export async function dialWorker(
  port: number,
  own: OwnIdentity = worker,
  more: Partial<TlsOptionsOfNode> = {},
): Promise<Connection> {
  return tlsTransport(tls(own, { dial: { host: '127.0.0.1', port }, ...more })).dial(new AbortController().signal);
}

/** Handlers that refuse everything, with the end as a promise. */
export function handlers(more: Partial<LinkHandlers> = {}): LinkHandlers & { readonly ended: Promise<LinkClosed> } {
  const end = deferred<LinkClosed>();
  return {
    message: () => {},
    ask: (_to, _message, answer) => answer.fail('not-here', 'nobody answers here'),
    open: (_to, _message, stream) => stream.abort('not-here', 'nobody answers here'),
    closed: end.resolve,
    ...more,
    ended: end.promise,
  };
}

export interface LinkedRig {
  readonly rig: MasterRig;
  /** The master's end. */
  readonly far: PausedLink;
  /** The worker's end. */
  readonly near: PausedLink;
  readonly close: () => Promise<void>;
}

/** A worker linked to a master; neither end is started. */
export async function linked(options: MasterOptions = {}, port?: (rig: MasterRig) => number): Promise<LinkedRig> {
  const far = deferred<PausedLink>();
  const rig = await masterRig({ ...options, accepted: far.resolve });
  const connection = await dialWorker(port?.(rig) ?? rig.listening.port);
  const near = await openLink(connection, worker, depsWith(options.limits));
  const close = async (): Promise<void> => {
    connection.destroy();
    await rig.close();
  };
  return { rig, far: await far.promise, near, close };
}

export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'muster-link-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
