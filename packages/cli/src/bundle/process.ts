/** Adapter: this machine, for `muster support-bundle`. */
import { constants } from 'node:fs';
import { lstat, open, rm, writeFile } from 'node:fs/promises';
import { cpus, freemem, version as kernel, loadavg, release, totalmem, type, uptime } from 'node:os';
import type { ControlClient } from '@muster/control';
import { processDoctor } from '../doctor/process.ts';
import { below } from '../doctor/secrets.ts';
import type { WriteDeps } from './write.ts';

export function processBundle(
  root: string,
  look: (root: string) => Promise<ControlClient>,
  version: string,
): WriteDeps {
  return {
    ...processDoctor(root, look),
    version,
    checkConfig: async () => (await (await import('../check-config.ts')).checkConfiguration(root)).text,
    readEnd: (path, maxBytes) => readEnd(below(root, path), maxBytes),
    system,
    mustBeNew: async (file) => {
      const found = await lstat(file).catch(() => undefined);
      if (found !== undefined) throw new Error(`${file} is there already, and is not written over: name another file.`);
    },
    save,
  };
}

async function readEnd(path: string, maxBytes: number): Promise<string | undefined> {
  const { O_RDONLY, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`it cannot be read (${error.code})`);
  });
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('it is no plain file');
    const length = Math.min(found.size, maxBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, found.size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const system = (): object => ({
  system: type(),
  release: release(),
  kernel: kernel(),
  arch: process.arch,
  runtime: process.version,
  processors: cpus().length,
  memoryBytes: totalmem(),
  freeMemoryBytes: freemem(),
  load: loadavg(),
  uptimeS: Math.round(uptime()),
  uid: process.getuid?.(),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

async function save(file: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Error(`${file} is there already, and is not written over: name another file.`);
    // Half of it helps nobody.
    if (code === 'ENOSPC' || code === 'EIO') await rm(file, { force: true });
    throw new Error(`${file} cannot be written (${code}).`);
  }
}
