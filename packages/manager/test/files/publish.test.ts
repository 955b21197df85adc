import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '@muster/tree';
import { infoOf } from '../../src/testing/index.ts';
import { cleanUp, disk, forever } from '../rig.ts';
import { closeStages, type FilesStage, filesStage } from './stage.ts';

afterAll(() => {
  closeStages();
  return cleanUp();
});

/** A disk that lets something else happen between a change and the news of its outcome, and before a stat. */
function slowDisk(): {
  readonly on: Disk;
  amid: (() => void) | undefined;
  beforeStat: (() => Promise<void>) | undefined;
} {
  const slow: ReturnType<typeof slowDisk> = {
    on: {
      ...disk,
      steps: async (steps) => {
        const outcomes = await disk.steps(steps);
        if (steps.some((step) => step.do === 'rename' || step.do === 'set-mtime')) slow.amid?.();
        await told();
        return outcomes;
      },
      stat: async (paths) => {
        const before = slow.beforeStat;
        slow.beforeStat = undefined;
        await before?.();
        return disk.stat(paths);
      },
    },
    amid: undefined,
    beforeStat: undefined,
  };
  return slow;
}

const published = (stage: FilesStage, version: string, agoMs: number) => ({
  ...({ id: 1, status: 'active', code: 0, disconnectedMs: 0, node: 'worker1' } as const),
  info: infoOf(1, version, 'worker1'),
  seenMs: stage.now() - agoMs,
});

const path = (stage: FilesStage): string => join(stage.root, 'queue/agent-info/a1-any');
/** Until the watch has told of the file. */
const told = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await disk.turn();
};

describe('what is published', () => {
  it('is not taken for an own observation by a look amid the writing', async () => {
    const slow = slowDisk();
    const stage = await filesStage({ on: slow.on });
    await stage.addAgents([1]);
    await (await stage.manager.seen(forever)).remembered();
    const seen: number[] = [];
    const looks: Promise<void>[] = [];
    const look = async (): Promise<void> => {
      const { agents, remembered } = await stage.manager.seen(forever);
      seen.push(...agents.map(({ id }) => id));
      await remembered();
    };
    slow.amid = () => void looks.push(look());
    for (const [index, version] of ['v1', 'v1', 'v2'].entries()) {
      expect(await stage.manager.publish([published(stage, version, 5_000 - index * 1_000)], forever)).toEqual([]);
      await told();
      await look();
    }
    await Promise.all(looks);
    expect(looks.length).toBeGreaterThan(2);
    expect(seen).toEqual([]);
    await stage.manager.close();
  });

  it('is not taken for one by a look that had begun before', async () => {
    const slow = slowDisk();
    const stage = await filesStage({ on: slow.on });
    await stage.addAgents([1]);
    await stage.manager.publish([published(stage, 'v1', 5_000)], forever);
    await told();
    let publishing: Promise<unknown> = Promise.resolve();
    slow.beforeStat = async () => {
      publishing = stage.manager.publish([published(stage, 'v2', 1_000)], forever);
      await told();
    };
    expect((await stage.manager.seen(forever)).agents).toEqual([]);
    await publishing;
    await told();
    expect((await stage.manager.seen(forever)).agents).toEqual([]);
    await stage.manager.close();
  });

  it('is not forgotten to be ours for a look that began before', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await stage.keepsAlive(1, 'v0');
    const before = await stage.manager.seen(forever);
    expect(before.agents).toHaveLength(1);
    await stage.pass(5);
    await stage.manager.publish([published(stage, 'v1', 1_000)], forever);
    await before.remembered();
    await told();
    expect((await stage.manager.seen(forever)).agents).toEqual([]);
    await stage.manager.close();
  });

  it('is own again when its own manager touches it', async () => {
    const stage = await filesStage();
    await stage.addAgents([1]);
    await stage.manager.publish([published(stage, 'v1', 1_000)], forever);
    await (await stage.manager.seen(forever)).remembered();
    fs.statSync(path(stage));
    await stage.keepsAlive(1);
    expect((await stage.manager.seen(forever)).agents).toMatchObject([{ id: 1, seenMs: stage.now() }]);
    await stage.manager.close();
  });
});
