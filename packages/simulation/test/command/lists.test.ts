import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownInvariants } from '../../src/command/command.ts';
import { invariants } from '../../src/invariants/index.ts';
import { situations } from '../../src/situations/index.ts';

const sources = join(__dirname, '../../src');
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('list.ts'))
  .map((path) => readFileSync(join(sources, path), 'utf8'));
const docs = readFileSync(join(__dirname, '../../../../docs/simulation.md'), 'utf8');
const named = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name).sort();

/** Everything that is reported as broken anywhere. */
const violated = files.flatMap((text) => [...text.matchAll(/\bviolate\(\s*'([^']+)'/g)].map(([, name]) => name!));
/** As a string of whichever quotes. */
const occurs = (name: string): boolean =>
  files.some((text) => text.includes(`'${name}'`) || text.includes(`"${name}"`) || text.includes(`\`${name}\``));

describe('the lists', () => {
  it('name exactly the promises that something calls broken', () => {
    expect([...new Set(violated)].sort()).toEqual(named(invariants));
  });

  it('name no promise of the command that nothing in it calls broken', () => {
    expect(named(ownInvariants).filter((name) => !occurs(name))).toEqual([]);
  });

  it('name no situation that nothing detects', () => {
    expect(named(situations).filter((name) => !occurs(name))).toEqual([]);
  });

  it('are in the papers', () => {
    const rows = new Set([...docs.matchAll(/^\| `([^`]+)` /gm)].map(([, name]) => name));
    const all = [...named(invariants), ...named(ownInvariants), ...named(situations)];
    expect(all.filter((name) => !rows.has(name))).toEqual([]);
  });
});
