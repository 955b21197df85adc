/** Adapter: makes the roots of the lab, and looks at what lies in them. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { excludedExtensions, excludedFiles, synchronisedDirectories } from '@muster/config';
import { rowOf, type SeenFile, type SeenTree } from './compare.ts';
import { directories, type LabNode, ossecConf } from './layout.ts';

const sample = fileURLToPath(new URL('../sample/etc', import.meta.url));
const program = fileURLToPath(new URL('../../cli/dist/cluster-control.js', import.meta.url));

/** What `--from` may replace of the sample, each on its own. */
const replaceable = ['rules', 'decoders', 'lists', 'shared', 'client.keys'] as const;

/** Makes R of each node; only the master gets files. Rejects when `from` holds nothing to start with. */
export async function makeRoots(
  nodes: readonly LabNode[],
  settings: { readonly key: string; readonly port: number; readonly from: string | undefined },
): Promise<void> {
  for (const node of nodes) {
    for (const directory of directories) await mkdir(join(node.root, directory), { recursive: true, mode: 0o770 });
    await writeFile(join(node.root, 'etc/ossec.conf'), ossecConf(node, settings.key, settings.port), { mode: 0o640 });
    await writeFile(join(node.root, 'bin/cluster_control'), clusterControl(node), { mode: 0o755 });
    if (node.role === 'master') await fill(join(node.root, 'etc'), settings.from);
  }
}

/** The command, where an operator looks for it. */
const clusterControl = ({ root }: LabNode): string =>
  `#!/bin/sh\nexec ${[process.execPath, program, '--root', root].map(forShell).join(' ')} "$@"\n`;
const forShell = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

async function fill(etc: string, from: string | undefined): Promise<void> {
  const given = from === undefined ? undefined : sourceIn(from);
  for (const name of replaceable) {
    const own = given === undefined ? undefined : join(given, name);
    await cp(own !== undefined && existsSync(own) ? own : join(sample, name), join(etc, name), { recursive: true });
  }
  await chmod(join(etc, 'client.keys'), 0o640);
}

function sourceIn(from: string): string {
  const found = [join(from, 'etc'), from].find((folder) => replaceable.some((name) => existsSync(join(folder, name))));
  if (found !== undefined) return found;
  throw new Error(`--from ${from}: it holds neither an etc/ nor any of rules/, decoders/, lists/`);
}

/** Those of `paths` that are there. */
export async function readPaths(root: string, paths: readonly string[]): Promise<SeenTree> {
  const seen = new Map<string, SeenFile>();
  for (const path of paths) {
    const file = await readFileAt(root, path);
    if (file !== undefined) seen.set(path, file);
  }
  return seen;
}

/** The synchronised files below `root`, as the table selects them. Files that vanish meanwhile are left out. */
export async function readTree(root: string): Promise<SeenTree> {
  const seen = new Map<string, SeenFile>();
  for (const { directory, recursive } of synchronisedDirectories) {
    const names = await readdir(join(root, directory), { recursive, withFileTypes: true }).catch(() => []);
    for (const entry of names) {
      const path = join(entry.parentPath, entry.name).slice(root.length + 1);
      if (!entry.isFile() || !isSelected(path)) continue;
      const file = await readFileAt(root, path);
      if (file !== undefined) seen.set(path, file);
    }
  }
  return seen;
}

export const modeOf = (path: string): number => rowOf(synchronisedDirectories, path)?.mode ?? 0;

const isSelected = (path: string): boolean => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (excludedFiles.includes(name) || excludedExtensions.some((ending) => name.endsWith(ending))) return false;
  return rowOf(synchronisedDirectories, path) !== undefined;
};

async function readFileAt(root: string, path: string): Promise<SeenFile | undefined> {
  try {
    const [content, { mode }] = await Promise.all([readFile(join(root, path)), stat(join(root, path))]);
    return { digest: createHash('sha256').update(content).digest('hex'), mode: mode & 0o7777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What of an agent lies on a node: paths that say that it exists. */
export async function agentTraces(root: string, { id, name }: { readonly id: number; readonly name: string }) {
  const number = String(id).padStart(3, '0');
  const keys = await readFile(join(root, 'etc/client.keys'), 'utf8').catch(() => '');
  const files = [`queue/agent-info/${name}-any`, `queue/agent-groups/${number}`];
  return [
    ...(keys.split('\n').some((line) => line.startsWith(`${number} ${name} `)) ? ['etc/client.keys'] : []),
    ...files.filter((path) => existsSync(join(root, path))),
  ];
}

/** Lines of client.keys; 0 where there is none. */
export const countKeys = async (root: string): Promise<number> => {
  const text = await readFile(join(root, 'etc/client.keys'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line.trim() !== '').length;
};
