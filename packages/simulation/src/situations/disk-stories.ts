/** What happens to disks beside the transactions. */
import type { Author, FileChange, LogLine, ProcessChange } from '../happenings.ts';
import { digestOf } from '../invariants/contents.ts';
import { selectedBy } from '../invariants/selection.ts';
import { statePath } from '../invariants/transactions.ts';
import { isStaged } from '../invariants/whole-files.ts';
import type { SimNode, World } from '../world/world.ts';
import type { Met } from './met.ts';

export interface DiskStories {
  file(change: FileChange): void;
  process(change: ProcessChange): void;
  log(line: LogLine): void;
}

/** A change that waited so long for its generation was found by a full scan, not by a hint: ms. */
const lostHintMs = 15_000;

/** Larger staged files are not looked at: they come piece by piece, and the situation is met by small ones. */
const smallBytes = 64 * 1024;

interface Machine {
  readonly node: SimNode;
  /** Who last changed a synchronised path, until the node answers: and whether a file was there before. */
  readonly foreign: Map<string, 'content' | 'extra'>;
  readonly modes: Set<string>;
  /** What is staged, as far as it has come. */
  readonly staged: Map<string, Uint8Array>;
  cacheHarmed: boolean;
  cacheRead: boolean;
}

export function diskStories(world: World, met: Met): DiskStories {
  const { master, timeline } = world;
  const machines = new Map<string, Machine>(
    world.nodes.map((node) => [
      node.name,
      { node, foreign: new Map(), modes: new Set(), staged: new Map(), cacheHarmed: false, cacheRead: false },
    ]),
  );
  /** When the master's files changed first since its last generation. */
  let unpublishedAt: number | undefined;
  let masterAt: number | undefined;

  const foreignChange = (machine: Machine, { kind, path, by }: FileChange): void => {
    const relative = path.slice(machine.node.root.length + 1);
    if (selectedBy(relative) === undefined || !isForeign(by)) return;
    if (machine.node === master) unpublishedAt ??= timeline.now();
    else if (kind === 'meta') machine.modes.add(path);
    else if (kind !== 'made') machine.foreign.set(path, world.master.files.exists(path) ? 'content' : 'extra');
  };
  const ownChange = (machine: Machine, { kind, path, from }: FileChange): void => {
    if (kind === 'meta' && machine.modes.delete(path)) met('mode mended');
    if (kind === 'moved' && machine.foreign.delete(path)) met('drift repaired');
    const gone = kind === 'moved' ? from : kind === 'removed' ? path : undefined;
    const was = gone === undefined ? undefined : machine.foreign.get(gone);
    if (gone !== undefined && was === 'extra') met('extra file removed');
    if (gone !== undefined) machine.foreign.delete(gone);
    if (kind === 'removed' && path.includes(`/${statePath}/trash/`)) met('trash pruned');
  };
  /** A staged file that is thrown away holds what its name says, unless it changed while it was sent. */
  const staged = ({ node, staged: known }: Machine, { kind, path, from }: FileChange): void => {
    if (kind === 'content' && isStaged(path)) {
      const small = (node.files.size(path) ?? smallBytes + 1) <= smallBytes;
      const bytes = small ? node.files.read(path) : undefined;
      if (bytes !== undefined) known.set(path, bytes);
      else known.delete(path);
    }
    if (kind === 'moved' && from !== undefined) known.delete(from);
    const bytes = kind === 'removed' ? known.get(path) : undefined;
    if (bytes === undefined) return;
    const said = /\.muster-([0-9a-f]{16})-/.exec(path)?.[1];
    if (said !== undefined && digestOf(bytes).slice(0, 16) !== said && node.host() !== undefined)
      met('file changed while it was sent');
    known.delete(path);
  };
  const cache = (machine: Machine, { kind, path, by }: FileChange): void => {
    if (path !== `${machine.node.root}/${statePath}/digest-cache` || kind === 'meta') return;
    if (by === 'fault' || by === 'power') [machine.cacheHarmed, machine.cacheRead] = [true, false];
    else if (machine.cacheHarmed && machine.cacheRead) {
      machine.cacheHarmed = false;
      met('digest cache rebuilt');
    }
  };

  return {
    file: (change) => {
      const machine = machines.get(change.node);
      if (machine === undefined) return;
      const { kind, by } = change;
      if (by === 'power' && kind === 'content') met('power tore a file');
      if (by === 'power' && kind === 'removed') met('power took a file');
      if (by === 'node') ownChange(machine, change);
      else foreignChange(machine, change);
      staged(machine, change);
      cache(machine, change);
    },
    process: ({ node, what }) => {
      const machine = machines.get(node);
      if (machine === undefined) return;
      if (what === 'started' && machine.cacheHarmed) machine.cacheRead = true;
      if (node !== master.name) return;
      masterAt = what === 'started' ? timeline.now() : undefined;
      unpublishedAt = undefined;
    },
    log: ({ node, text }) => {
      if (node !== master.name || !text.startsWith('Generation ')) return;
      const since = unpublishedAt;
      unpublishedAt = undefined;
      if (since === undefined || masterAt === undefined || master.files.faults.failures.length > 0) return;
      if (timeline.now() - since > lostHintMs) met('full scan found what hints lost');
    },
  };
}

const isForeign = (by: Author): boolean => by === 'operator' || by === 'fault';
