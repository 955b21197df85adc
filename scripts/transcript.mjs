#!/usr/bin/env node
/**
 * Writes the transcript of `docs/inspector.md` anew: a master and a worker as real processes, and a person at a
 * terminal who types what stands below. `packages/lab/test/cluster/inspect.test.ts` holds that it is still true.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { bootstrap, root } from './bootstrap.mjs';

await bootstrap();
const { openCluster, openTerminal, until } = await import('../packages/lab/dist/testing/index.js');

/** What is typed; `top` and `trace` are ended when they have shown something. */
const lines = [
  'tree',
  'show keep-alive',
  'top --sort rate',
  'trace keep-alive --count 4',
  'ask keep-alive get-own-lag',
  'bench integrity',
  'links',
  'node worker1',
  'why worker1',
  'crash /integrity',
  'tree',
  'events --last 3',
  'exit',
];
const [begin, end] = ['<!-- transcript -->\n', '<!-- end of the transcript -->'];

const cluster = await openCluster({ workers: 1 });
try {
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
  const program = join(root, 'packages/cli/dist/main.js');
  const { master } = cluster;
  const terminal = openTerminal(process.execPath, [program, 'inspect', '--operate', '--root', master.root], {
    columns: 120,
    env: { HOME: cluster.folder, NO_COLOR: '1' },
  });
  const last = () => terminal.text().split('\n').at(-1);
  const prompted = () => until('the prompt', () => /^muster \w+>$/.test(last()));
  for (const line of lines) {
    await prompted();
    terminal.write(line);
    await until('the line', () => last().endsWith(line));
    const before = terminal.text().length;
    terminal.write('\r');
    if (line.startsWith('top')) {
      await until('rates', () => /, [\d.]+ messages\/s/.test(terminal.text().slice(before)));
      terminal.write('q');
    }
    if (line.startsWith('crash')) {
      await prompted();
      await until(
        'it began anew',
        async () => (await master.ask((client) => client.at('worker1').health())).restarts > 0,
      );
    }
  }
  await terminal.exited;
  const text = terminal.text().trim().replaceAll(cluster.folder, '/R');
  const file = join(root, 'docs/inspector.md');
  const page = readFileSync(file, 'utf8');
  const [at, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  if (at < begin.length || to < at) throw new Error(`${file} has no place for the transcript`);
  const shown = `\n\`\`\`\n$ muster inspect --operate\n${text}\n\`\`\`\n\n`;
  writeFileSync(file, page.slice(0, at) + shown + page.slice(to));
  process.stdout.write(`${text}\n`);
} finally {
  await cluster.close();
}
