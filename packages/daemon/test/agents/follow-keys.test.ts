import type { KeysChange } from '@muster/agent-info';
import type { KeysRefresh, KeysView } from '@muster/manager';
import { followKeys } from '../../src/agents/follow-keys.ts';

const nothing: KeysRefresh = { changed: false, added: [], removed: [], replaced: [], faults: [], faultCount: 0 };
const unreadable: KeysRefresh = {
  ...nothing,
  trouble: { at: 'etc/client.keys', code: 'EACCES', text: 'may not be read' },
};

/** A view that is read by hand. */
function rig(first: KeysRefresh, remembered: readonly number[]) {
  const ids = new Set<number>();
  const state = { version: 0, known: false, next: first };
  const view = {
    has: (id: number) => ids.has(id),
    get size() {
      return ids.size;
    },
    version: () => state.version,
    known: () => state.known,
    refresh: () => Promise.resolve(state.next),
  } as unknown as KeysView;
  const read = (...now: readonly number[]): KeysRefresh => {
    const [added, removed] = [now.filter((id) => !ids.has(id)), [...ids].filter((id) => !now.includes(id))];
    for (const id of removed) ids.delete(id);
    for (const id of added) ids.add(id);
    state.version += 1;
    state.known = true;
    return { ...nothing, changed: true, added, removed };
  };
  const told: string[] = [];
  const keys = followKeys(view, first, { info: (text) => told.push(text), warning: (text) => told.push(text) });
  keys.remember(() => [remembered]);
  const changes: KeysChange[] = [];
  keys.follow((change) => changes.push(change));
  const look = (next: () => KeysRefresh): Promise<void> => {
    state.next = next();
    return keys.reread();
  };
  return { keys, changes, state, told, read, look };
}

describe('client.keys at a start', () => {
  it('that cannot be read leaves whoever was known, and lets nobody new in', async () => {
    const { keys, changes, look } = rig(unreadable, [1, 2]);
    await look(() => unreadable);
    expect([1, 2, 3].map((id) => keys.exists(id))).toEqual([true, true, false]);
    expect(changes).toEqual([]);
  });

  it('that is not there does the same where agents were known', () => {
    const { keys, state } = rig(nothing, [1]);
    state.known = true;
    expect([keys.exists(1), keys.exists(2)]).toEqual([true, false]);
  });

  it('that is read later tells who is new and who of those that were known has gone', async () => {
    const { keys, changes, look, read } = rig(unreadable, [1, 2, 3]);
    await look(() => read(2, 4));
    expect(changes).toEqual([{ added: [2, 4], removed: [1, 3], replaced: [], of: 3 }]);
    expect([1, 2, 3, 4].map((id) => keys.exists(id))).toEqual([false, true, false, true]);
    await look(() => read(2));
    expect(changes.at(-1)).toEqual({ added: [], removed: [4], replaced: [], of: 2 });
  });
});

it('client.keys that was read and cannot be read any more changes nothing', async () => {
  const { keys, changes, look, read, told } = rig(nothing, []);
  await look(() => read(1));
  await look(() => unreadable);
  expect([keys.exists(1), changes.length]).toEqual([true, 1]);
  expect(told).toEqual(['etc/client.keys cannot be read whole, what was known of it holds: may not be read']);
});
