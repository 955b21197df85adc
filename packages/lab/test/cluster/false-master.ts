/** A master that knows the key and lies: it announces what a test tells it to, and answers with bytes of the test's choosing. */
import { createHash } from 'node:crypto';
import { type Cluster, until } from '@muster/lab/testing';
import { acceptLink, type Connection, type LinkClosed, type OutgoingStream, type PausedLink } from '@muster/link';
import { digestBytes, directoryNode, type FileEntry, fileTree, splitPath, type WireMessage } from '@muster/protocol';
import { deafHandlers, identity, linkDeps, transportOf } from './hostile-rig.ts';
import { lengthed, pack } from './msgpack.ts';

export interface Lie {
  /** Files by path, with their true content, whatever the paths are. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** In place of the manifest that those files make. */
  readonly manifest?: (honest: readonly Buffer[]) => Iterable<Uint8Array>;
  /** In place of the contents. */
  readonly content?: (wanted: readonly Uint8Array[], honest: readonly Buffer[]) => Iterable<Uint8Array>;
  /** In place of each file's size, as the manifest says it. */
  readonly size?: number;
}

export interface FalseMaster {
  /** Announces the lie as the newest generation. */
  readonly announce: (lie: Lie) => void;
  readonly connection: () => Connection;
  /** How many times a worker linked. */
  readonly links: () => number;
  /** Resolves when a worker is linked again after the first `before` times. */
  readonly linked: (before: number) => Promise<void>;
  /** How the links ended so far. */
  readonly ends: readonly LinkClosed[];
  readonly close: () => Promise<void>;
}

export async function openFalseMaster({ key, port }: Pick<Cluster, 'key' | 'port'>, skewMs = 0): Promise<FalseMaster> {
  const own = identity('master', { role: 'master' });
  const ends: LinkClosed[] = [];
  let current: { readonly link: PausedLink; readonly connection: Connection } | undefined;
  let count = 0;
  let generation = 0;
  let lie: Lie = {};
  let beats: NodeJS.Timeout | undefined;

  const serve = (_to: string, message: WireMessage, stream: OutgoingStream): void => {
    const bytes = message.type === 'get-manifest' ? manifestOf(lie, message.id.generation) : contentOf(lie, message);
    void send(bytes, stream);
  };
  const accept = async (connection: Connection): Promise<void> => {
    const link = await acceptLink(connection, own, () => Promise.resolve({ accept: true }), linkDeps(skewMs));
    const { handlers, ended } = deafHandlers({ open: serve });
    link.start(handlers);
    current = { link, connection };
    count += 1;
    const end = await ended;
    ends.push(end);
    if (current?.link === link) current = undefined;
  };
  const listening = await transportOf(own, key, port, 'listen').listen({
    connection: (connection) => void accept(connection).catch(() => {}),
    rejected: () => {},
  });
  let sequence = 0;
  beats = setInterval(() => {
    sequence += 1;
    const beat = { type: 'beat', sequence, wallMs: Date.now(), state: 'in-sync', files: 1, loopDelayMs: 0 } as const;
    current?.link.tell('keep-alive', beat);
  }, 500);
  return {
    ends,
    links: () => count,
    linked: (before) => until('the worker is linked', () => count > before && current !== undefined),
    connection: () => current!.connection,
    announce: (next) => {
      lie = next;
      generation += 1;
      const tree = treeOf(lie);
      const id = { epoch: 9, generation };
      const { files, bytes } = tree;
      current?.link.tell('file-sync', { type: 'generation', id, root: digestBytes(tree.root), files, bytes });
    },
    close: async () => {
      clearInterval(beats);
      current?.connection.destroy();
      await listening.close();
    },
  };
}

async function send(bytes: Iterable<Uint8Array>, stream: OutgoingStream): Promise<void> {
  try {
    for (const piece of bytes) {
      for (let at = 0; at < piece.length; at += 60_000) await stream.write(piece.subarray(at, at + 60_000));
    }
    stream.end();
  } catch {
    // The worker has had enough.
  }
}

const entryOf = (content: Uint8Array | string, size = content.length): FileEntry => ({
  size,
  digest: createHash('blake2b512').update(content).digest('hex'),
});

function treeOf({ files = {}, size }: Lie) {
  const byDirectory = new Map<string, Map<string, FileEntry>>();
  for (const [path, content] of Object.entries(files)) {
    const [directory, name] = splitPath(path);
    const entries = byDirectory.get(directory) ?? new Map<string, FileEntry>();
    byDirectory.set(directory, entries.set(name, entryOf(content, size)));
  }
  return fileTree(new Map([...byDirectory].map(([path, entries]) => [path, directoryNode(entries)])));
}

/** Header, directories, files: one block each, with nothing checked. */
function manifestOf(lie: Lie, generation: number): Iterable<Uint8Array> {
  const tree = treeOf(lie);
  const directories = [...tree.directories.keys()].sort();
  const rows = directories.flatMap((directory) =>
    [...tree.directories.get(directory)!.files].flatMap(([name, { size, digest }]) => [
      `${directory}/${name}`,
      size,
      digestBytes(digest),
    ]),
  );
  const honest = [
    [0, 9, generation, digestBytes(tree.root), directories.length, 0, rows.length / 3],
    [1, ...directories],
    [3, ...rows],
  ].map((block) => lengthed(pack(block)));
  return lie.manifest?.(honest) ?? honest;
}

function contentOf(lie: Lie, message: WireMessage): Iterable<Uint8Array> {
  const wanted = message.type === 'get-content' ? message.digests : [];
  const contents = new Map(
    Object.values(lie.files ?? {}).map((content) => [entryOf(content).digest, Buffer.from(content)]),
  );
  const honest = wanted.map((digest) => {
    const content = contents.get(Buffer.from(digest).toString('hex')) ?? Buffer.alloc(0);
    return Buffer.concat([contentHeaderOf(content.length), content]);
  });
  return lie.content?.(wanted, honest) ?? honest;
}

/** As `get-content` is answered: the status "follows", the size. */
export function contentHeaderOf(size: number): Buffer {
  const header = Buffer.alloc(9);
  header.writeBigUInt64BE(BigInt(size), 1);
  return header;
}
