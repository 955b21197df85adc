import { canGive, logRights, type Rights, settleOwner } from '../src/rights.ts';

const root: Rights = { uid: 0, gid: 0, groups: [0], mayGive: true, keptRoot: false };
const alice: Rights = { uid: 1000, gid: 1000, groups: [27], mayGive: false, keptRoot: false };
const nobody = { uid: undefined, gid: undefined };
const wazuh = { uid: 111, gid: 112 };

test.each([
  ['neither known', nobody, nobody],
  ['both known', wazuh, wazuh],
  ['the owner known', { uid: 111, gid: undefined }, { uid: 111, gid: 1000 }],
  ['the group known', { uid: undefined, gid: 112 }, { uid: 1000, gid: 112 }],
  ['root, who is 0, known', { uid: 0, gid: undefined }, { uid: 0, gid: 1000 }],
])('%s: what is missing is the own of the process', (_, files, settled) => {
  expect(settleOwner(files, alice)).toEqual(settled);
});

test.each([
  ['root gives to anybody', root, wazuh, true],
  ['root without the capability does not', { ...root, mayGive: false }, wazuh, false],
  ['others give to nobody else', alice, { uid: 111, gid: 1000 }, false],
  ['to themselves', alice, { uid: 1000, gid: 1000 }, true],
  ['and to a group of theirs', alice, { uid: 1000, gid: 27 }, true],
  ['but to no other group', alice, { uid: 1000, gid: 28 }, false],
  ['giving nothing is always allowed', alice, nobody, true],
])('%s', (_, rights, files, allowed) => {
  expect(canGive(files, rights)).toBe(allowed);
});

function told(role: 'master' | 'worker', files: typeof nobody | typeof wazuh, rights: Rights): readonly string[] {
  const lines: string[] = [];
  logRights(
    { info: (text) => lines.push(`INFO ${text}`), warning: (text) => lines.push(`WARNING ${text}`) },
    role,
    files,
    rights,
  );
  return lines;
}

describe('the start tells who it runs as', () => {
  it('and whom files are given to', () => {
    expect(told('worker', wazuh, root)).toEqual([
      'INFO Runs as uid 0, gid 0; synchronised files are given to uid 111, gid 112.',
    ]);
    expect(told('worker', nobody, alice)).toEqual([
      'INFO Runs as uid 1000, gid 1000; synchronised files become its own.',
    ]);
  });

  it('and warns where files cannot be given', () => {
    expect(told('worker', wazuh, alice)[1]).toMatch(/^WARNING This process may not give files to uid 111, gid 112, so/);
  });

  it('and of a master, which writes no synchronised files, no more', () => {
    expect(told('master', wazuh, alice)).toEqual(['INFO Runs as uid 1000, gid 1000.']);
  });

  it('and warns where it remains root for want of a user to become', () => {
    const kept = { ...root, keptRoot: true };
    const words =
      "WARNING There is no user wazuh or ossec to become: the node keeps running as root, and its files are root's";
    expect(told('master', nobody, kept)).toEqual(['INFO Runs as uid 0, gid 0.', `${words}.`]);
    expect(told('worker', nobody, kept)[1]).toBe(`${words}.`);
    expect(told('worker', wazuh, kept)[1]).toBe(
      `${words}, but for synchronised files: they are given to uid 111, gid 112.`,
    );
  });
});
