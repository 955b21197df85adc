/** The manager of 3.8 on a real disk, played by hand: its remoted writes files, its operator client.keys. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '@muster/tree';
import { parseInfoContent, renderInfoContent } from '../../src/files/info-content.ts';
import { type KeysView, openClientKeys, openFilesManager } from '../../src/index.ts';
import { infoOf, type ManagerStage, ownNode } from '../../src/testing/index.ts';
import { disk, key, newRoot } from '../rig.ts';

const epochMs = 1_767_225_600_000;

const closers: (() => void)[] = [];
/** Ends the watches of all stages. */
export function closeStages(): void {
  for (const close of closers.splice(0)) close();
}

export interface FilesStage extends ManagerStage {
  readonly root: string;
  readonly keys: KeysView;
}

export async function filesStage({
  root = newRoot(),
  isMaster = true,
  on = disk,
  isElsewhere = () => false,
}: {
  root?: string;
  isMaster?: boolean;
  /** The disk that the adapter is given. */
  on?: Disk;
  isElsewhere?: (id: number) => boolean;
} = {}): Promise<FilesStage> {
  let nowMs = epochMs;
  let steadyMs = 0;
  const agents = new Set<number>();
  const { view: keys } = await openClientKeys(disk, root);
  const timers = new Set<{ atMs: number; fire: () => void }>();
  const manager = openFilesManager({
    disk: on,
    root,
    keys,
    ownNode,
    isMaster,
    isElsewhere,
    clock: {
      now: () => steadyMs,
      after: (delayMs, fire) => {
        const timer = { atMs: steadyMs + delayMs, fire };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
  });
  const writeKeys = async (): Promise<void> => {
    const lines = [...agents].map((id) => `${String(id).padStart(3, '0')} a${id} any ${key()}\n`);
    fs.writeFileSync(join(root, 'etc/client.keys.new'), lines.join(''));
    fs.renameSync(join(root, 'etc/client.keys.new'), join(root, 'etc/client.keys'));
    await keys.refresh();
  };
  const pathOf = (id: number): string => join(root, `queue/agent-info/a${id}-any`);
  const touch = (id: number): void => fs.utimesSync(pathOf(id), nowMs / 1_000, nowMs / 1_000);
  const waiting = new Map<string, () => void>();
  const infoFolder = join(root, 'queue/agent-info');
  // The system tells all watches of a directory together: what this one heard, the manager's has heard.
  const watch = disk.watch(
    infoFolder,
    (name) => waiting.get(name ?? '')?.(),
    () => {},
  );
  closers.push(() => watch.close());
  const heard = async (id: number, change: () => void): Promise<void> => {
    const hint = new Promise<void>((resolve) => waiting.set(`a${id}-any`, resolve));
    change();
    touch(id);
    await hint;
    waiting.delete(`a${id}-any`);
    await disk.turn();
    await disk.turn();
  };
  return {
    root,
    keys,
    manager,
    now: () => nowMs,
    pass: async (seconds) => {
      await disk.turn();
      nowMs += seconds * 1_000;
      steadyMs += seconds * 1_000;
      for (const timer of [...timers]) {
        if (timer.atMs > steadyMs) continue;
        timers.delete(timer);
        timer.fire();
      }
    },
    addAgents: (ids) => {
      for (const id of ids) agents.add(id);
      return writeKeys();
    },
    removeAgents: (ids) => {
      for (const id of ids) agents.delete(id);
      return writeKeys();
    },
    starts: (id) => heard(id, () => fs.closeSync(fs.openSync(pathOf(id), 'a'))),
    keepsAlive: (id, version) =>
      heard(id, () => {
        if (version !== undefined)
          fs.writeFileSync(pathOf(id), renderInfoContent(infoOf(id, version, ownNode), ownNode));
      }),
    shown: (id) => {
      const stat = fs.statSync(pathOf(id), { throwIfNoEntry: false });
      if (stat === undefined) return Promise.resolve(undefined);
      const { info } = parseInfoContent(fs.readFileSync(pathOf(id)), { id, name: `a${id}`, ip: 'any' }, ownNode);
      return Promise.resolve({ seenMs: Math.round(stat.mtimeMs), version: info?.version ?? '' });
    },
  };
}
