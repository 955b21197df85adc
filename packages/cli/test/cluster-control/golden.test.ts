/** Every layout and message of `reference/cli-api.md` 1 and 2, byte by byte. `MUSTER_GOLDEN=write` writes them anew. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlError } from '@muster/control';
import type { Profile } from '../../src/cluster-control/profile.ts';
import { busyRows, healthRows, loneMaster, longNames, run, type World } from './world.ts';

const folder = join(__dirname, '../golden/cluster_control');
const rewrite = process.env.MUSTER_GOLDEN === 'write';

function compare(file: string, text: string): void {
  const path = join(folder, file);
  if (rewrite) writeFileSync(path, text);
  expect(existsSync(path) ? readFileSync(path, 'utf8') : 'no golden file').toBe(text);
}

const at = (profile: Profile): World => ({ rows: healthRows(profile) });
const gone = new ControlError('not-running', 'No Muster runs for R (/r). Start it with: muster start --root /r');
const forbidden = new ControlError(
  'no-permission',
  'This user may not open /r/queue/cluster/muster.sock. Run it as root.',
);
const cutOff = new ControlError('no-master', 'This worker has no link to its master.');
const linkLost = new ControlError('closed', 'the link to node01 is closed: no beat for 4.1 s');
const late = new ControlError('timeout', 'The Muster of R (/r) did not answer in time.');
const torn = new ControlError('broken', 'The Muster of R (/r) closed the connection: it hung up');
const other = new ControlError('unsendable', 'The answer cannot be sent.');

type Case = readonly [file: string, line: string, code: number, world?: (profile: Profile) => World];
const both: readonly Case[] = [
  ['nodes', '-l', 0],
  ['nodes-of-two', '-l -fn node03 node01', 0],
  ['nodes-without-a-name', '-l -fn', 0],
  ['nodes-of-a-lone-master', '-l', 0, (profile) => ({ rows: loneMaster(profile) })],
  ['nodes-with-long-names', '-l', 0, (profile) => ({ rows: longNames(profile) })],
  ['agents', '-a', 0, at],
  ['agents-active', '-a -fs active', 0],
  ['agents-of-two-statuses', '-a -fs pending disconnected', 0],
  ['agents-of-node', '-a -fn node02', 0],
  ['agents-of-two-nodes', '-a -fn node03 node01', 0],
  ['agents-of-node-and-status', '-a -fn node03 node02 -fs active', 0],
  ['agents-of-unknown-node', '-a -fn nowhere', 0],
  ['agents-none-registered', '-a', 0, (profile) => ({ ...at(profile), agents: [] })],
  ['health', '-i', 0],
  ['health-word', '-i whatever', 0],
  ['health-of-node', '-i -fn node02', 0],
  ['health-of-unknown', '-i -fn nowhere', 0],
  ['health-of-a-lone-master', '-i', 0, (profile) => ({ rows: loneMaster(profile) })],
  ['health-while-busy', '-i', 0, (profile) => ({ rows: busyRows(profile) })],
  ['health-more', '-i more', 0],
  ['health-more-of-two', '-i more -fn node02 node01', 0],
  ['health-more-of-unknown', '-i more -fn nowhere', 0],
  ['health-more-while-busy', '-i more -fn node02', 0, (profile) => ({ rows: busyRows(profile) })],
  ['help', '-h', 0],
  ['help-of-nothing', '', 0],
  ['wrong-conflict', '-a -l', 2],
  ['wrong-option', '-l -x', 2],
];
const cases: Readonly<Record<Profile, readonly Case[]>> = {
  '3.8': [
    ...both,
    ['nodes-unknown', '-l -fn node02 nowhere neither', 0],
    ['nodes-unknown-only', '-l -fn nowhere', 0],
    ['agents-never-connected', '-a -fs NeverConnected', 0],
    ['agents-strange-status', '-a -fs asleep', 1],
    ['wrong-filter', '-l -fs active', 1],
    ['wrong-usage', '-u', 2],
    ['fault-not-running', '-l', 1, () => ({ closed: gone })],
    ['fault-disabled', '-l', 1, () => ({ closed: gone, still: 'disabled' })],
    ['fault-invalid', '-l', 1, () => ({ closed: gone, still: { invalid: 'Error 3004 - Invalid node type x' } })],
    ['fault-no-permission', '-l', 1, () => ({ closed: forbidden })],
    ['fault-cut-off', '-l', 1, () => ({ refusal: cutOff })],
    ['fault-link-lost', '-l', 1, () => ({ refusal: linkLost })],
    ['fault-late', '-i', 1, () => ({ refusal: late })],
    ['fault-torn', '-a', 1, () => ({ refusal: torn })],
    ['fault-other', '-a', 1, () => ({ refusal: other })],
  ],
  '4.14': [
    ...both,
    ['nodes-unknown', '-l -fn node02 nowhere', 0],
    ['agents-never-connected', '-a -fs never_connected', 0],
    ['agents-strange-status', '-a -fs asleep', 0],
    ['usage', '-u', 0],
    ['wrong-filter', '-l -fs active', 1],
    ['fault-not-running', '-l', 1, () => ({ closed: gone })],
    ['fault-disabled', '-l', 1, () => ({ closed: gone, still: 'disabled' })],
    ['fault-invalid', '-l', 1, () => ({ closed: gone, still: { invalid: 'Error 3004 - Invalid node type x' } })],
    ['fault-no-permission', '-l', 1, () => ({ closed: forbidden })],
    ['fault-cut-off', '-l', 0, () => ({ refusal: cutOff })],
    ['fault-link-lost', '-l', 0, () => ({ refusal: linkLost })],
    ['fault-late', '-i', 0, () => ({ refusal: late })],
    ['fault-torn', '-a', 0, () => ({ refusal: torn })],
    ['fault-other', '-a', 0, () => ({ refusal: other })],
  ],
};
const flat = (['3.8', '4.14'] as const).flatMap((profile) =>
  cases[profile].map(([name, line, code, world = at]) => ({
    ...{ file: `${profile}/${name}.txt`, profile, argv: line.split(' ').filter((word) => word !== ''), code, world },
  })),
);

describe('golden files', () => {
  it.each(flat)('$file', async ({ file, profile, argv, code, world }) => {
    const ran = await run(argv, world(profile), { MUSTER_PROFILE: profile });
    expect(ran.code).toBe(code);
    // Never both: what a script reads is on stdout, what a person is told of a fault on stderr.
    expect([ran.out, ran.error]).toContain('');
    compare(file, ran.out + ran.error);
  });

  it('of faults, and of words that are wrong, are what stderr has', async () => {
    for (const { file, profile, argv, world } of flat) {
      const isFault =
        /\/(?:fault|agents-strange|wrong)|^4\.14\/nodes-unknown/.test(file) && file !== '3.8/wrong-filter.txt';
      expect([file, (await run(argv, world(profile), { MUSTER_PROFILE: profile })).error !== '']).toEqual([
        file,
        isFault,
      ]);
    }
  });

  it('are all of a case', () => {
    const files = ['3.8', '4.14'].flatMap((name) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`));
    expect(files.sort()).toEqual(flat.map(({ file }) => file).sort());
  });
});
