import { explain, type ReplicaView, standing } from '../src/index.ts';

const id = (generation: number) => ({ epoch: 1, generation });
const view = (more: Partial<ReplicaView>): ReplicaView => ({
  linked: true,
  unannounced: false,
  announced: id(7),
  target: id(7),
  doing: 'idle',
  scanned: true,
  files: 295,
  bytes: 1_000,
  guard: [],
  failures: [],
  failureCount: 0,
  problems: [],
  ...more,
});
const pending = { puts: 12, removes: 3, modes: 1, bytes: 4_096 };
const guardWords =
  "The master's generation 7 would delete 168 of 168 files below etc/rules; waiting for a second generation that says the same";
const cure =
  'That comes 30 s after the first at the earliest (integrity.guard.confirm_after); putting the files back on the master stops it.';
const guard = { key: 'etc/rules', since: id(7), deletes: 168, of: 168, words: guardWords, confirmAfterMs: 30_000 };
const failure = (name: string) => ({ path: `etc/rules/${name}`, code: 'EACCES', text: 'may not be written' });

const cases: readonly [title: string, more: Partial<ReplicaView>, paragraph: string][] = [
  ['in sync', { holds: id(7) }, "w1 is in sync: its disk holds generation 7, the master's newest."],
  [
    'no link yet',
    { linked: false, announced: undefined },
    'w1 is starting: it holds no whole generation. There is no link to the master yet.',
  ],
  [
    'nothing announced',
    { announced: undefined },
    'w1 is starting: it holds no whole generation. The master has not announced a generation yet.',
  ],
  [
    'not scanned',
    { scanned: false, doing: 'scanning' },
    "w1 is starting: it holds no whole generation; the master's newest is 7. This node's own files are still being read.",
  ],
  [
    'link lost while it held one',
    { linked: false, holds: id(7) },
    'w1 is not known to be in sync: without its master nobody can say what is the newest. The link to the master is lost; this node holds generation 7, the last it heard of or an older one.',
  ],
  [
    'link lost midway',
    { linked: false },
    'w1 is not in sync yet: it holds no whole generation. The link to the master is lost; generation 7 is applied in part and goes on when the link is back.',
  ],
  [
    'fetching the manifest',
    { doing: 'fetching-manifest', holds: id(6) },
    "w1 is not in sync yet: it holds generation 6; the master's newest is 7. The list of files of generation 7 is being fetched.",
  ],
  [
    'applying',
    { doing: 'replicating', applying: id(7), pending, progress: { files: 4, bytes: 1_024 } },
    "w1 is not in sync yet: it holds no whole generation; the master's newest is 7. Generation 7 is being applied: 12 to write (4096 bytes), 3 to remove, 1 modes to mend. So far 4 of 12 files and 1024 of 4096 bytes are here.",
  ],
  [
    'checking',
    { doing: 'scanning' },
    "w1 is not in sync yet: it holds no whole generation; the master's newest is 7. This node's disk is being checked against generation 7.",
  ],
  [
    'held by the guard',
    { guard: [guard] },
    `w1 is held back by the deletion guard: it holds no whole generation; the master's newest is 7. ${guardWords}. ${cure}`,
  ],
  [
    'held, with the time that is left',
    { guard: [{ ...guard, confirmInMs: 12_300 }] },
    `w1 is held back by the deletion guard: it holds no whole generation; the master's newest is 7. ${guardWords}. ${cure} Earliest in 13 s.`,
  ],
  [
    'held, with no time left',
    { guard: [{ ...guard, confirmInMs: 0 }] },
    `w1 is held back by the deletion guard: it holds no whole generation; the master's newest is 7. ${guardWords}. ${cure} It may come at any moment.`,
  ],
  [
    'with a generation of an earlier start',
    { holds: { epoch: 0, generation: 7 }, doing: 'fetching-manifest' },
    "w1 is not in sync yet: it holds generation 7 of an earlier start of the master; the master's newest is 7. The list of files of generation 7 is being fetched.",
  ],
  [
    'in trouble',
    { trouble: 'The disk is full; free space on it' },
    "w1 is failing to synchronise: it holds no whole generation; the master's newest is 7. The disk is full; free space on it.",
  ],
  [
    'one file fails',
    { failures: [failure('a')], failureCount: 1 },
    "w1 is failing to synchronise: it holds no whole generation; the master's newest is 7. 1 file cannot be made as the master has them; the others are. etc/rules/a: may not be written. It is tried again.",
  ],
  [
    'many files fail',
    { failures: ['a', 'b', 'c', 'd'].map(failure), failureCount: 25 },
    "w1 is failing to synchronise: it holds no whole generation; the master's newest is 7. 25 files cannot be made as the master has them; the others are. etc/rules/a: may not be written; etc/rules/b: may not be written; etc/rules/c: may not be written; and 22 more. It is tried again.",
  ],
  [
    'a directory that cannot be read',
    { problems: [{ path: 'etc/lists', effect: 'blocking', code: 'unreadable-directory', text: 'cannot be read' }] },
    "w1 is failing to synchronise: it holds no whole generation; the master's newest is 7. etc/lists: cannot be read.",
  ],
  [
    'a file that is left out',
    {
      holds: id(7),
      problems: [{ path: 'etc/lists/big', effect: 'held', code: 'too-large', text: 'larger than 1 GiB' }],
    },
    "w1 is in sync: its disk holds generation 7, the master's newest. Left out of the synchronisation: etc/lists/big: larger than 1 GiB.",
  ],
];

describe('why a node is not in sync, in plain words', () => {
  it.each(cases)('%s', (_title, more, paragraph) => {
    expect(explain('w1', view(more))).toBe(paragraph);
  });

  it('never takes more than the 2,000 characters that a beat may carry', () => {
    const trouble = 'x'.repeat(1_999);
    expect(standing(view({ trouble })).why).toBe(`${trouble}.`);
    expect(standing(view({ trouble: 'x'.repeat(2_000) })).why?.length).toBe(2_000);
  });
});
