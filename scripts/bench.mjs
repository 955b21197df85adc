#!/usr/bin/env node
/**
 * `npm run bench [-- name…] [--quick]`: builds what is not built, runs each `scripts/bench/NAME.mjs` as a
 * process of its own, one after the other, prints one table and writes `bench-results/DATE.json`.
 *
 * A bench prints one JSON object a line: {bench, value, unit, yardstick, ratio}. What is asked of each
 * figure is in `goals.mjs`. Exit code 1 when a bench failed; a goal that is not met is no failure.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { goals } from './bench/goals.mjs';
import { bootstrap, root } from './bootstrap.mjs';

const folder = path.join(root, 'scripts/bench');
const notBenches = ['goals'];

function choose(argv) {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length))
    .filter((name) => !notBenches.includes(name));
  const names = argv.filter((word) => !word.startsWith('--'));
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no benchmark ${unknown.join(', ')}; there are: ${all.join(', ')}.\n`);
    process.exit(2);
  }
  return { names: names.length > 0 ? names : all, flags: argv.filter((word) => word.startsWith('--')) };
}

/** Its rows, and whether it ended well. Its other output goes to our stderr. */
function run(name, flags) {
  process.stderr.write(`${name} …\n`);
  const child = spawn(process.execPath, ['--expose-gc', path.join(folder, `${name}.mjs`), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const rows = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    try {
      rows.push(judged(JSON.parse(line)));
    } catch {
      process.stderr.write(`${line}\n`);
    }
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ rows, ok: code === 0 })));
}

function judged(row) {
  const goal = goals[row.bench];
  return { ...row, ...(goal === undefined ? {} : { goal: goal.text, met: goal.met(row) }) };
}

const shown = (value) => (typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 2 }) : value);

function table(rows) {
  const head = ['WORK', 'VALUE', 'UNIT', 'YARDSTICK', 'RATIO', 'GOAL', 'MET'];
  const cells = rows.map(({ bench, value, unit, yardstick, ratio, goal, met }) =>
    [bench, value, unit, yardstick, ratio, goal, met === undefined ? undefined : met ? 'yes' : 'NO'].map((cell) =>
      String(shown(cell) ?? ''),
    ),
  );
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column].length)));
  return [head, ...cells].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

const { names, flags } = choose(process.argv.slice(2));
bootstrap();
const results = [];
for (const name of names) {
  const [loadBefore] = os.loadavg();
  const { rows, ok } = await run(name, flags);
  results.push({ name, ok, loadBefore, rows });
  if (!ok) process.exitCode = 1;
}
process.stdout.write(`${table(results.flatMap(({ rows }) => rows)).join('\n')}\n`);
const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}.\n`);

const at = new Date().toISOString();
const file = path.join(root, 'bench-results', `${at.replaceAll(':', '-')}.json`);
const machine = {
  cpus: os.cpus().length,
  model: os.cpus()[0]?.model,
  memoryBytes: os.totalmem(),
  node: process.version,
};
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify({ at, quick: flags.includes('--quick'), machine, results }, undefined, 2)}\n`);
process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
