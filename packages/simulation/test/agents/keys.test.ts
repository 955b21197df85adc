import { isUnderstood, keysLine } from '../../src/agents/index.ts';
import { writeKeys } from '../../src/agents/keys.ts';
import { openAgentRig } from './rig.ts';

const line = (id: number): string => keysLine({ id, name: `a${id}`, ip: 'any', key: 'a'.repeat(64) });

it.each<[string, readonly string[], boolean]>([
  ['of living and removed agents', [line(1), '\n', line(2), '002 !old any 00\n'], true],
  ['with one cut short', [line(1), '002 a2\n'], false],
  ['with an id that is none', [line(1), '99999999999 far any 00\n'], false],
  ['with an id twice', [line(1), line(2), line(1)], false],
])('a client.keys %s is understood: %#', (_, lines, expected) => {
  const { world } = openAgentRig();
  writeKeys(world.master, lines);
  expect(isUnderstood(world.master)).toBe(expected);
});
