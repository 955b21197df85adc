/** The inspector on streams, with a node in memory and a clock that is moved by hand. */
import { PassThrough } from 'node:stream';
import { manualClock } from '@muster/actor/testing';
import { plain } from '@muster/render';
import { type InspectDeps, type InspectOptions, inspect } from '../src/inspect.ts';
import { type Double, double } from './double.ts';

export const options: InspectOptions = { node: undefined, operate: false, json: false, eval: undefined };

export function world(node: Double) {
  const clock = manualClock();
  const told = { out: '', error: '' };
  const files = new Map<string, string>();
  const deps: InspectDeps = {
    open: node.open,
    clock,
    wallNow: () => 1_760_000_000_000 + clock.now(),
    out: (text) => void Object.assign(told, { out: `${told.out}${text}\n` }),
    error: (text) => void Object.assign(told, { error: `${told.error}${text}\n` }),
    paint: plain,
    outIsTerminal: false,
    flow: async () => true,
    terminal: undefined,
    lines: async function* () {},
    save: async (file, text) => void files.set(file, text),
  };
  return { clock, told, files, deps };
}

/** Runs one script to its end; `clock` is moved on while it runs. */
export async function script(commands: string, changes: Partial<InspectOptions> = {}, node = double()) {
  const { clock, told, files, deps } = world(node);
  let code: number | undefined;
  const run = inspect({ ...options, eval: commands, ...changes }, deps).then((ended) => {
    code = ended;
  });
  for (let at = 0; code === undefined && at < 1_000; at++) await clock.advance(100);
  await run;
  return { code, ...told, files, asked: node.asked, open: node.openConnections() };
}

/** The inspector at a prompt. What is typed is a key each. */
export function prompt(node: Double, changes: Partial<InspectOptions> = {}) {
  const { clock, told, deps } = world(node);
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const size = () => ({ columns: 100, rows: 30 });
  const ended = inspect(
    { ...options, ...changes },
    { ...deps, outIsTerminal: true, terminal: { input, output, size, historyFile: undefined } },
  );
  const settle = () => clock.advance(0);
  return {
    ...{ clock, told, ended, input },
    /** What the terminal was sent since the last look, without the codes of the line editor. */
    seen: () => {
      const seen = text;
      text = '';
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are taken out
      return seen.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
    },
    /** The same, as it was sent. */
    sent: () => text,
    type: async (keys: string) => {
      await settle();
      for (const key of keys) {
        input.write(key);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await settle();
    },
    paste: async (keys: string) => {
      input.write(keys);
      await new Promise((resolve) => setImmediate(resolve));
      await settle();
    },
  };
}
