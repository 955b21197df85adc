/** A person at the inspector of a real node, and programs that use it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type Cluster,
  type ClusterNode,
  type CommandResult,
  muster,
  openTerminal,
  type Terminal,
  until,
} from '@muster/lab/testing';

const program = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

export interface Person {
  readonly terminal: Terminal;
  /** Waits for the prompt of the node, types the line and sends it; what the screen shows from then on. */
  readonly enter: (line: string, node?: string) => Promise<() => string>;
  /** Types, and waits until the screen has it. */
  readonly type: (text: string) => Promise<void>;
  readonly sees: (words: RegExp | string) => Promise<void>;
  readonly prompted: (node?: string) => Promise<void>;
}

/** `muster inspect` of `node` at a terminal. */
export function sitDown(cluster: Cluster, node: ClusterNode, ...options: readonly string[]): Person {
  const terminal = openTerminal(process.execPath, [program, 'inspect', '--root', node.root, ...options], {
    env: { HOME: cluster.folder },
  });
  const lastLine = (): string => terminal.text().split('\n').at(-1) ?? '';
  const waits = async (what: string, holds: () => boolean): Promise<void> => {
    await until(what, holds).catch((error: Error) => {
      throw new Error(`${error.message}; the screen:\n${terminal.text()}`);
    });
  };
  const prompted = (name = node.name) => waits(`the prompt of ${name}`, () => lastLine() === `muster ${name}>`);
  const type = async (text: string): Promise<void> => {
    terminal.write(text);
    await waits(`"${text}" is typed`, () => lastLine().endsWith(text.trimEnd()));
  };
  return {
    ...{ terminal, prompted, type },
    enter: async (line, name) => {
      await prompted(name);
      const before = terminal.text().length;
      await type(line);
      terminal.write('\r');
      await waits(`"${line}" is entered`, () => !lastLine().endsWith(`> ${line}`));
      return () => terminal.text().slice(before);
    },
    sees: (words) =>
      waits(`${words}`, () =>
        typeof words === 'string' ? terminal.text().includes(words) : words.test(terminal.text()),
      ),
  };
}

/** Commands from a pipe, once. */
export const pipe = (root: string, commands: string, ...options: readonly string[]) =>
  new Promise<{ readonly code: number; readonly text: string }>((resolve) => {
    const child = execFile(process.execPath, [program, 'inspect', '--root', root, ...options], (error, out, errors) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: out + errors }),
    );
    child.stdin?.end(commands);
  });

/** `muster inspect` with these words. A node that is too busy to answer in time is asked again. */
export async function inspected(root: string, ...words: readonly string[]): Promise<CommandResult> {
  let result: CommandResult | undefined;
  await until('the inspector has an answer', async () => {
    result = await muster(root, 'inspect', ...words);
    return result.code !== 3;
  });
  return result!;
}

/** What of an answer is the same each time: the heads of tables, the names of facts, titles. */
export const skeleton = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => {
    if (/^[A-Z][A-Z/]+\*?(?: {2,}[A-Z/ ]+\*?)+$/.test(line)) return [line.replaceAll(/ {2,}/g, '  ')];
    const [, fact] = /^([A-Z][a-z]+(?: [a-z]+)*) {2,}\S/.exec(line) ?? [];
    if (fact !== undefined) return [fact];
    return /^[A-Z][a-z]+(?: [a-z]+)*$/.test(line) && line !== 'Last errors' && line !== 'Last messages' ? [line] : [];
  });
