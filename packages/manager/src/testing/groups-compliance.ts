import { MAX_AGENT_ID } from '@muster/protocol';
import type { AssignedGroups, Manager } from '../manager.ts';
import type { TestFramework } from './framework.ts';
import type { ManagerStage } from './stage.ts';

const never = new AbortController().signal;

async function allGroups(manager: Manager): Promise<AssignedGroups[]> {
  const all: AssignedGroups[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: Awaited<ReturnType<Manager['groups']>> = await manager.groups(after, never);
    all.push(...page.rows);
    after = page.next;
  }
  return all;
}

/** What every adapter promises of assignments. */
export function groupsCompliance({ it, equal }: TestFramework, open: () => Promise<ManagerStage>): void {
  it('holds assignments as they were set, in the order of ids and of groups', async () => {
    const stage = await open();
    await stage.addAgents([1, 12, 2_000]);
    equal(await allGroups(stage.manager), []);
    const rows = [
      { id: 1, groups: ['web', 'default'] },
      { id: 12, groups: ['default'] },
      { id: 2_000, groups: ['z', 'a', 'M.-_9'] },
    ];
    for (let turn = 0; turn < 2; turn++) equal(await stage.manager.assign([...rows].reverse(), never), []);
    equal(await allGroups(stage.manager), rows);
    await stage.manager.close();
  });

  it('changes an assignment, and takes one away', async () => {
    const stage = await open();
    await stage.addAgents([1, 2]);
    await stage.manager.assign(
      [
        { id: 1, groups: ['a'] },
        { id: 2, groups: ['b'] },
      ],
      never,
    );
    for (let turn = 0; turn < 2; turn++)
      equal(
        await stage.manager.assign(
          [
            { id: 1, groups: [] },
            { id: 2, groups: ['c', 'b'] },
          ],
          never,
        ),
        [],
      );
    equal(await allGroups(stage.manager), [{ id: 2, groups: ['c', 'b'] }]);
    await stage.manager.close();
  });

  it('refuses a group name or an id that cannot be, and sets the others', async () => {
    const stage = await open();
    await stage.addAgents([1, 2, 3]);
    const bad = ['a/b', '..', '.', '', 'a\0b', 'a,b', 'a b', 'n'.repeat(256)].map((name) => ({
      id: 1,
      groups: [name],
    }));
    const many = { id: 3, groups: Array.from({ length: 257 }, (_, at) => `g${at}`) };
    const ids = [0, -1, 1.5, MAX_AGENT_ID + 1].map((id) => ({ id, groups: ['g'] }));
    const faults = await stage.manager.assign([...bad, many, ...ids, { id: 2, groups: ['good'] }], never);
    equal(
      faults.map(({ code }) => code),
      [...bad.map(() => 'bad-group'), 'too-many-groups', ...ids.map(() => 'bad-id')],
    );
    equal(await allGroups(stage.manager), [{ id: 2, groups: ['good'] }]);
    await stage.manager.close();
  });

  it('pages through thousands without leaving one out', async () => {
    const stage = await open();
    const ids = Array.from({ length: 4_321 }, (_, at) => 3 * at + 1);
    await stage.addAgents(ids);
    equal(
      await stage.manager.assign(
        ids.map((id) => ({ id, groups: [`g${id % 7}`] })),
        never,
      ),
      [],
    );
    const all = await allGroups(stage.manager);
    equal([all.length, all[4_320]], [4_321, { id: 12_961, groups: [`g${12_961 % 7}`] }]);
    equal(
      all.every(({ id }, at) => id === ids[at]),
      true,
    );
    await stage.manager.close();
  });
}
