import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { missingHaproxy, wantedHere } from '@muster/haproxy/testing';
import { runLab } from '../src/lab.ts';

/** The command line as it is built: this test runs what users run. */
const muster = join(__dirname, '../../cli/dist/main.js');

const lastLines = (text: string): string => text.trim().split('\n').slice(-40).join('\n');

/** Runs the lab to its end; throws what did not hold. */
async function verified(more: { readonly haproxy: boolean }): Promise<void> {
  if (!existsSync(muster))
    throw new Error(`${muster} is missing: build the workspace before this test (npm run build)`);
  let written = '';
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  // No step takes minutes where nothing is broken, however slow the machine; how soon each should be done is printed beside it.
  const given = { workers: 2, agents: 30, from: undefined, forMs: 500_000, port: 0, keep: false, verbose: false };
  const code = await runLab({ ...given, ...more }, new AbortController().signal, muster).finally(() =>
    write.mockRestore(),
  );
  const tableAt = Math.max(0, written.lastIndexOf('\nSTEP '));
  process.stdout.write(`${written.slice(tableAt).trim()}\n`);
  // The table first: of a long text only the beginning is kept.
  if (code !== 0)
    throw new Error(
      `It did not hold.\n${written.slice(tableAt)}\nBefore that:\n${lastLines(written.slice(0, tableAt))}`,
    );
}

const whenHaproxy = wantedHere('haproxy', 'the lab behind HAProxy', missingHaproxy()) ? it : it.skip;

describe('a master and two workers, as processes of their own', () => {
  it('hold their files identical through edits, deletions, damage and a kill -9', () => verified({ haproxy: false }));

  whenHaproxy('and behind a real HAProxy each has its share of the agents', () => verified({ haproxy: true }));
});
