/** Real folders under the system's temporary one, and a clock that is moved by hand. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeDisk } from '@muster/tree';

export const disk = nodeDisk();
export const forever = new AbortController().signal;
const roots: string[] = [];

/** An empty R with its usual directories. */
export function newRoot(): string {
  const root = fs.mkdtempSync(join(tmpdir(), 'muster-manager-'));
  roots.push(root);
  for (const directory of ['etc', 'queue/agent-info', 'queue/agent-groups', 'queue/cluster', 'var/multigroups'])
    fs.mkdirSync(join(root, directory), { recursive: true });
  return root;
}

export async function cleanUp(): Promise<void> {
  await disk.close();
  for (const root of roots.splice(0)) fs.rmSync(root, { recursive: true, force: true });
}

export function put(root: string, path: string, content: string | Uint8Array): void {
  fs.mkdirSync(dirname(join(root, path)), { recursive: true });
  fs.writeFileSync(join(root, path), content);
}

/** 64 hexadecimal digits. */
export const key = (seed = 7): string => seed.toString(16).padStart(2, '0').repeat(32).slice(0, 64);
export const keysText = (...agents: readonly (readonly [id: string, name: string, ip?: string])[]): string =>
  agents.map(([id, name, ip = 'any']) => `${id} ${name} ${ip} ${key()}\n`).join('');

export const framework = {
  describe,
  it,
  equal: (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected),
};
