/** Adapter: a file that is replaced as a whole, once a program found it good. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HaproxyError } from '../haproxy-error.ts';
import type { FileCheck, HaproxyPorts } from '../ports.ts';
import { codeOf } from './connection-fault.ts';

const checkTimeoutMs = 20_000;
const maxOutputBytes = 256 * 1024;
/** Longer than any check takes. */
const leftAfterMs = 10 * checkTimeoutMs;

/** Follows a link, and keeps the mode and, where it may, the owner of what was there. */
export const replaceFile: HaproxyPorts['replaceFile'] = async (path, text, check, signal) => {
  signal.throwIfAborted();
  const target = await realpath(path).catch(() => path);
  if ((await readFile(target, 'utf8').catch(() => undefined)) === text) return;
  // Does not end in .cfg: HAProxy loads whatever of a folder does.
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  await sweep(target);
  try {
    await writeWhole(temporary, text, target).catch((error: unknown) => {
      throw writeFault(path, error);
    });
    if (check !== undefined) await judge(check, temporary, path, signal);
    signal.throwIfAborted();
    await rename(temporary, target).catch((error: unknown) => {
      throw writeFault(path, error);
    });
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(target));
};

async function writeWhole(temporary: string, text: string, target: string): Promise<void> {
  const old = await stat(target).catch(() => undefined);
  const file = await open(temporary, 'wx', 0o644);
  try {
    await file.writeFile(text);
    if (old !== undefined) {
      // Only root may give a file away; to others it stays their own.
      await file.chown(old.uid, old.gid).catch(() => {});
      await file.chmod(old.mode & 0o7777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what a process left that was killed while it wrote; younger ones may still be somebody's. */
async function sweep(target: string): Promise<void> {
  const start = `${basename(target)}.`;
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    if (!name.startsWith(start) || !/^[0-9a-f]{12}\.tmp$/.test(name.slice(start.length))) continue;
    const path = join(dirname(target), name);
    const left = await stat(path).catch(() => undefined);
    if (left !== undefined && Date.now() - left.mtimeMs > leftAfterMs) await unlink(path).catch(() => {});
  }
}

/** Some file systems cannot; the file itself is on the disk already. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function writeFault(path: string, error: unknown): HaproxyError {
  const code = codeOf(error);
  const cure = code === 'ENOENT' ? 'make its folder' : 'see the rights of its folder';
  return new HaproxyError(path, 'failed', `it cannot be written (${code}); ${cure}`, error);
}

function judge({ program, arguments: words, good = [0] }: FileCheck, file: string, path: string, signal: AbortSignal) {
  const options = { signal, timeout: checkTimeoutMs, maxBuffer: maxOutputBytes, env: { PATH: process.env.PATH ?? '' } };
  return new Promise<void>((resolve, reject) => {
    execFile(
      program,
      words.map((word) => word.replaceAll('{}', file)),
      options,
      (error, out, err) => {
        const code: unknown = error === null ? 0 : error.code;
        if (typeof code === 'number' && good.includes(code)) return resolve();
        if (signal.aborted) return reject(signal.reason as Error);
        if (typeof code === 'number')
          return reject(new HaproxyError(path, 'failed', verdict(program, `${err}\n${out}`)));
        const why =
          error?.killed === true
            ? `took longer than ${checkTimeoutMs} ms`
            : `cannot be run (${String(code)}); haproxy.binary says where HAProxy is`;
        reject(new HaproxyError(path, 'failed', `it was not replaced: ${program} ${why}`, error));
      },
    );
  });
}

/** HAProxy marks what is wrong with ALERT. */
function verdict(program: string, output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const said = lines.find((line) => line.includes('[ALERT]')) ?? lines.find((line) => line !== '') ?? 'nothing';
  return `it was not replaced: ${program} refuses it: ${said.replace(/[^\x20-\x7e]/g, '?').slice(0, 300)}`;
}
