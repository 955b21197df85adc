/** The actor on a clock that stands still, with connections that tests hold both ends of. */
import { Buffer } from 'node:buffer';
import { ask, type Ref } from '@muster/actor';
import { type ManualClock, manualClock, settle, testSystem } from '@muster/actor/testing';
import { absentCluster } from '@muster/config';
import type { Connection, ConnectionHandlers } from '@muster/link';
import { directoryNode, type FileTree, fileTree } from '@muster/protocol';
import type { NodeForm } from '@muster/reference-forms';
import {
  type ClusterSocketConfig,
  type ClusterSocketDeps,
  type ClusterSocketEvent,
  type ClusterSocketMessage,
  type ClusterSocketView,
  clusterSocketDefaults,
  getClusterSocketState,
  type ListenHandlers,
  spawnClusterSocket,
} from '../src/index.ts';
import { bytesOfFrame, framesIn, type Heard } from '../src/testing/index.ts';

export const wallStart = Date.UTC(2026, 10, 22, 9, 0, 0);
export const rows: readonly NodeForm[] = [
  { name: 'master', type: 'master', version: '4.14.7', ip: '10.0.0.9' },
  { name: 'worker1', type: 'worker', version: '4.14.7', ip: '10.0.0.1' },
];
export const digest = (letter: string): string => letter.repeat(128);
export const tree: FileTree = fileTree(
  new Map([
    ['etc/rules', directoryNode(new Map([['a.xml', { size: 1, digest: digest('a') }]]))],
    ['etc/lists/x', directoryNode(new Map([['b', { size: 1, digest: digest('b') }]]))],
    ['etc/shared/default', directoryNode(new Map([['agent.conf', { size: 1, digest: digest('c') }]]))],
  ]),
);

/** A client of the actor, in memory. */
export interface TestClient {
  send(counter: number, command: string, payload?: Uint8Array | string): void;
  write(bytes: Uint8Array): void;
  /** Frames that came since the last call. */
  heard(): readonly Heard[];
  /** Reads no more, or reads what waits and goes on. */
  stopReading(): void;
  readOn(): void;
  hangUp(): void;
  readonly isClosed: () => boolean;
  readonly isPaused: () => boolean;
  /** Bytes that wait for the client. */
  readonly waiting: () => number;
}

function openClient(accept: (connection: Connection) => void): TestClient {
  let handlers: ConnectionHandlers | undefined;
  let came: Buffer = Buffer.alloc(0);
  let held: Uint8Array[] = [];
  let reads = true;
  let paused = false;
  let closed = false;
  const waiting: Uint8Array[] = [];
  const close = (): void => {
    if (closed) return;
    closed = true;
    handlers?.closed(undefined);
  };
  const sizeOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);
  const deliver = (): void => {
    while (!paused && !closed && waiting.length > 0) handlers?.data(waiting.shift()!);
  };
  accept({
    identity: undefined,
    remoteAddress: 'test',
    buffered: () => sizeOf(held),
    write: (bytes) => {
      if (closed) return;
      if (reads) came = Buffer.concat([came, bytes]);
      else held.push(bytes);
    },
    cork: () => {},
    uncork: () => {},
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      deliver();
    },
    end: close,
    destroy: close,
    listen: (given) => {
      handlers = given;
    },
  });
  const write = (bytes: Uint8Array): void => {
    waiting.push(bytes);
    deliver();
  };
  return {
    write,
    send: (counter, command, payload = '') => write(bytesOfFrame(counter, command, payload)),
    heard: () => {
      const { frames, rest } = framesIn(came);
      came = rest;
      return frames;
    },
    stopReading: () => {
      reads = false;
    },
    readOn: () => {
      while (held.length > 0) {
        came = Buffer.concat([came, ...held]);
        held = [];
        handlers?.drained();
      }
      reads = true;
    },
    hangUp: close,
    isClosed: () => closed,
    isPaused: () => paused,
    waiting: () => sizeOf(held),
  };
}

export interface Rig {
  readonly clock: ManualClock;
  readonly actor: Ref<ClusterSocketMessage>;
  readonly events: readonly ClusterSocketEvent[];
  readonly crashes: readonly unknown[];
  /** How often it listened. */
  readonly opened: () => number;
  readonly isListening: () => boolean;
  lose(): void;
  connect(): TestClient;
  /** Sends, lets everything happen that needs no time, and returns what came. */
  exchange(client: TestClient, counter: number, command: string, payload?: string | object): Promise<readonly Heard[]>;
  view(): Promise<ClusterSocketView>;
  stop(): Promise<void>;
}

export interface RigOptions {
  readonly role?: 'master' | 'worker';
  readonly deps?: Partial<ClusterSocketDeps>;
  readonly config?: Partial<ClusterSocketConfig>;
  /** Of the first tries to listen, what they fail with. */
  readonly failures?: readonly Error[];
}

export async function openRig({
  role = 'master',
  deps = {},
  config = {},
  failures = [],
}: RigOptions = {}): Promise<Rig> {
  const clock = manualClock();
  const system = testSystem({ clock });
  const events: ClusterSocketEvent[] = [];
  const failing = [...failures];
  let opened = 0;
  let open: { readonly handlers: ListenHandlers; readonly clients: Set<TestClient> } | undefined;
  const listen: ClusterSocketDeps['listen'] = async (handlers, signal) => {
    opened += 1;
    const failure = failing.shift();
    if (failure !== undefined) throw failure;
    const own = { handlers, clients: new Set<TestClient>() };
    open = own;
    signal.addEventListener('abort', () => {
      if (open === own) open = undefined;
      for (const client of own.clients) client.hangUp();
    });
  };
  const actor = system.root.spawn((parent) =>
    spawnClusterSocket(
      parent,
      {
        clock,
        wallNow: () => wallStart + clock.now(),
        listen,
        config: {
          cluster: { ...absentCluster, nodeType: role, key: 'secret_secret_secret_secret_1234', disabled: false },
        },
        tree: () => tree,
        masterLinked: () => true,
        nodes: () => rows,
        healthcheck: () => ({ type: 'healthcheck', rows: [] }),
        register: () => Promise.resolve({ type: 'registration-refused', code: 9008, text: 'duplicate name' }),
        reloadRuleset: () => {},
        report: (event) => void events.push(event),
        ...deps,
      },
      { ...clusterSocketDefaults(role), ...config },
    ),
  );
  await settle();
  return {
    clock,
    actor,
    events,
    crashes: system.crashes,
    opened: () => opened,
    isListening: () => open !== undefined,
    lose: () => open?.handlers.lost(),
    connect: () => {
      const client = openClient((connection) => {
        if (open === undefined) throw new Error('nobody listens');
        open.handlers.connection(connection);
      });
      open?.clients.add(client);
      return client;
    },
    exchange: async (client, counter, command, payload = '') => {
      client.send(counter, command, typeof payload === 'string' ? payload : JSON.stringify(payload));
      await settle();
      return client.heard();
    },
    view: () => ask(actor, getClusterSocketState, 1_000),
    stop: () => system.stop(),
  };
}
