import type { TreeChanges } from '@muster/protocol';
import type { ReplicationResult } from '@muster/tree';
import { noteWork } from '../../src/work/worker-work.ts';

const result: ReplicationResult = { written: 1, removed: 0, bytes: 1, failures: [], missing: [] };
const changes: TreeChanges = {
  put: [{ path: 'etc/rules/a.xml', entry: { size: 1, digest: 'ab'.repeat(64) } }],
  remove: [],
  makeDirectories: [],
  removeDirectories: [],
};
const plan = { changes, modeDrift: [], leftovers: [] };
const id = { epoch: 1, generation: 2 };

function rig() {
  let now = 0;
  const work = noteWork(() => now);
  /** Takes `ms`. */
  const lasting =
    <T>(ms: number, value: T) =>
    async (): Promise<T> => {
      now += ms;
      return value;
    };
  return {
    work,
    lasting,
    rest: (ms: number) => {
      now += ms;
    },
  };
}

describe('the note of a worker', () => {
  it('says nothing of what was never done', () => {
    expect(rig().work.read()).toEqual({ type: 'standing', syncing: false, sendingAgents: false });
  });

  it('says how long ago each kind of work began and ended, and how much it was', async () => {
    const { work, lasting, rest } = rig();
    work.announced(id);
    await work.listing(lasting(3, undefined));
    await work.replicating(plan, undefined, lasting(40, result));
    await work.scanning(lasting(7, undefined));
    work.compared();
    await work.sending(12, lasting(5, 'taken'));
    work.groupsPushed(4, 3);
    rest(2);
    work.groupsHeld(4);
    await work.groupsAsked(lasting(6, 'checked'));
    work.groupsRepaired(5);
    rest(1_000);
    expect(work.read()).toEqual({
      type: 'standing',
      checked: { startAgoMs: 1_063, endAgoMs: 1_013 },
      synced: { startAgoMs: 1_060, endAgoMs: 1_020, missing: 1, shared: 0, extra: 0 },
      syncing: false,
      agentInfo: { startAgoMs: 1_013, endAgoMs: 1_008, chunks: 1, agents: 12 },
      sendingAgents: false,
      agentGroups: { startAgoMs: 1_008, endAgoMs: 1_006, chunks: 1 },
      agentGroupsFull: { startAgoMs: 1_006, endAgoMs: 1_000, chunks: 1 },
    });
  });

  it('says what is under way, until it ends, however it ends', async () => {
    const { work } = rig();
    const open = withResolvers<void>();
    const list = work.listing(() => open.promise);
    const send = work.sending(1, () => open.promise);
    expect(work.read()).toEqual({ type: 'standing', syncing: true, sendingAgents: true });
    open.reject(new Error('the link closed'));
    await expect(list).rejects.toThrow('the link closed');
    await expect(send).rejects.toThrow('the link closed');
    expect(work.read()).toEqual({ type: 'standing', syncing: false, sendingAgents: false });
  });

  it('a disk that is only read is not being synchronised', async () => {
    const { work } = rig();
    const open = withResolvers<void>();
    const scan = work.scanning(() => open.promise);
    expect(work.read().syncing).toBe(false);
    open.resolve();
    await scan;
  });

  it('an older announcement, and groups that are held already, change nothing', async () => {
    const { work, lasting } = rig();
    work.announced(id);
    work.compared();
    work.announced({ epoch: 1, generation: 1 });
    work.groupsPushed(4, 4);
    work.groupsHeld(4);
    await work.scanning(lasting(7, undefined));
    expect(work.read()).toEqual({
      type: 'standing',
      checked: { startAgoMs: 7, endAgoMs: 0 },
      syncing: false,
      sendingAgents: false,
    });
  });

  it('on a new link an older generation is news again', async () => {
    const { work, lasting, rest } = rig();
    work.announced(id);
    work.compared();
    work.linkChanged();
    rest(5);
    work.announced({ epoch: 1, generation: 1 });
    await work.scanning(lasting(7, undefined));
    expect(work.read().checked).toEqual({ startAgoMs: 12, endAgoMs: 12 });
    work.compared();
    expect(work.read().checked).toEqual({ startAgoMs: 7, endAgoMs: 0 });
  });
});

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
