import { withDigest } from '../src/index.ts';
import { blames, comparePage, type ManagersPage, readPage } from '../src/page.ts';
import { heldIn, openStore } from './doubles.ts';

const held = withDigest(
  heldIn(
    openStore(
      [2, 3, 5, 300].map((id) => ({ id, version: id, groups: ['a'] })),
      300,
    ),
  ),
);
const page = (more: Partial<ManagersPage> = {}): ManagersPage => ({ rows: [], faults: [], next: undefined, ...more });
const row = (id: number, ...groups: string[]) => ({ id, groups });
const all = [row(2, 'a'), row(3, 'a'), row(5, 'a'), row(300, 'a')];
const found = (given: ManagersPage, after = 0): readonly string[] =>
  comparePage(given, after, held).differences.map(({ id, managers, held: ours }) => `${id}:${ours}>${managers}`);
const fault = (at: string, code = 'EIO') => ({ at, code, text: 'x' });

describe('a page of the manager', () => {
  it.each<[string, readonly string[], ManagersPage, number?]>([
    ['says the same', [], page({ rows: all })],
    ['has one with other groups', ['3:a>b'], page({ rows: [all[0]!, row(3, 'b'), all[2]!, all[3]!] })],
    ['has groups in another order', ['2:a>b,a'], page({ rows: [row(2, 'b', 'a'), ...all.slice(1)] })],
    ['has one more', ['4:>b'], page({ rows: [...all, row(4, 'b')] })],
    ['has one without groups, which is none', ['2:a>'], page({ rows: [row(2), ...all.slice(1)] })],
    ['is empty and the last', ['2:a>', '3:a>', '5:a>', '300:a>'], page()],
    ['is empty and not the last', ['2:a>', '3:a>'], page({ next: 4 })],
    ['judges its last id', ['2:a>', '3:a>', '5:a>'], page({ next: 5 })],
    ['does not judge what came before it', ['5:a>', '300:a>'], page(), 3],
    ['leaves out whom a fault is about', ['2:a>', '5:a>', '300:a>'], page({ faults: [fault('agent 003')] })],
    ['leaves out whom a file is about', ['2:a>', '3:a>', '5:a>'], page({ faults: [fault('queue/agent-groups/300')] })],
    [
      'judges only what it has when a fault is about nobody',
      ['2:a>b'],
      page({ rows: [row(2, 'b')], faults: [fault('queue/db/wdb')] }),
    ],
    ['judges only what it has when there are more faults', [], page({ faults: [fault('agent 003', 'more-faults')] })],
    [
      'judges all when a strange file lies there',
      ['300:a>'],
      page({ rows: all.slice(0, 3), faults: [fault('queue/agent-groups/x 2', 'bad-name')] }),
    ],
    ['is not believed about a row that fits no wire', [], page({ rows: [row(2, '../x'), ...all.slice(1)] })],
    [
      'is not believed about 257 groups',
      [],
      page({ rows: [row(2, ...Array<string>(257).fill('g')), ...all.slice(1)] }),
    ],
    ['has rows that are not of it', [], page({ rows: [...all, row(1, 'a')], next: undefined }), 1],
  ])('%s', (_what, differences, given, after = 0) => {
    expect(found(given, after)).toEqual(differences);
  });

  it('names the rows that no wire takes', () => {
    const { faults } = comparePage(page({ rows: [...all, row(9, 'a b'), row(0, 'a')] }), 0, held);
    expect(faults.map(({ at, code }) => `${at} ${code}`)).toEqual(['agent 9 bad-group', 'agents bad-id']);
  });

  it.each([
    ['agent 012', 12, true],
    ['agent 012', 2, false],
    ['queue/agent-groups/012', 12, true],
    ['queue/agent-groups/b12', 12, true],
    ['queue/db/wdb', 12, true],
    ['agent 4294967296', 12, true],
  ])('with a fault at %s: whether it may be about agent %i is %s', (at, id, is) => {
    expect(blames([fault(at)])(id)).toBe(is);
  });

  it('that leads nowhere is refused', async () => {
    const manager = { groups: async () => page({ next: 7 }), assign: async () => [] };
    await expect(readPage(manager, 7, new AbortController().signal)).rejects.toMatchObject({ code: 'bad-page' });
  });
});
