/** Adapter: a secret from a person, unseen, or from a pipe. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { UserDeps } from './users.ts';

/** More than a password may have. */
const maxPiped = 1_024;

export const readSecret: UserDeps['secret'] = async (prompt) =>
  process.stdin.isTTY === true
    ? { text: await typed(prompt), isTyped: true }
    : { text: await firstLine(), isTyped: false };

/** Nothing of it is echoed. Ends the process as Ctrl-C does. */
function typed(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve, reject) => {
    let answer: string | undefined;
    lines.once('SIGINT', () => lines.close());
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('close', () => {
      process.stderr.write('\n');
      if (answer === undefined) reject(new Error('No password was given; nothing is changed.'));
      else resolve(answer);
    });
  });
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += part;
    if (text.includes('\n') || text.length > maxPiped) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}
