/** docs/cli.md has every command, with every option. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandDeps, Output } from '../src/commands.ts';
import { buildProgram } from '../src/program.ts';

const page = readFileSync(join(__dirname, '../../../docs/cli.md'), 'utf8');
/** Of everything that is documented, by its heading. */
const sections = new Map(
  page.split(/^### /m).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]),
);

/** Commands that have none below them. */
const leaves = (command: Command, names: readonly string[]): readonly (readonly [string, Command])[] =>
  command.commands.length === 0
    ? [[names.join(' '), command]]
    : command.commands.flatMap((child) => leaves(child, [...names, child.name()]));
const commands = leaves(
  buildProgram({} as CommandDeps, {} as Output, {}, '', () => {}),
  ['muster'],
);

it.each(commands)('has %s with every option', (name, command) => {
  const section = sections.get(name);
  expect([name, section === undefined]).toEqual([name, false]);
  const options = command.options.map(({ long }) => long ?? '').filter((long) => long !== '--root');
  expect(options.filter((long) => !section?.includes(`\`${long}`))).toEqual([]);
  expect(page).toContain(`(#${name.replaceAll(' ', '-')})`);
});

it('has no command that there is not', () => {
  const documented = [...sections.keys()].filter((name) => /^muster [a-z]/.test(name));
  expect(documented.filter((name) => !commands.some(([known]) => known === name))).toEqual([]);
});

it('has the exit codes that the help has', () => {
  for (const code of [0, 1, 2, 3, 70, 75]) expect(page).toMatch(new RegExp(`^\\| +${code} \\| `, 'm'));
});
