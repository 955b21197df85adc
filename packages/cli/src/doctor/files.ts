/** Adapter: files and disks of R. */
import { X509Certificate } from 'node:crypto';
import { lstat, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateFact, FileFact, Space } from './facts.ts';

/** Symlinks are followed. */
export async function fileFact(path: string): Promise<FileFact> {
  try {
    const found = await stat(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
    return { kind, mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', mode: 0, uid: 0, gid: 0 };
    throw new Error(`it cannot be looked at (${code})`);
  }
}

export async function space(path: string): Promise<Space> {
  try {
    const { bsize, bavail, blocks } = await statfs(path);
    return { freeBytes: bsize * bavail, totalBytes: bsize * blocks };
  } catch (error) {
    throw new Error(`${path} has no disk that could be asked (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** More are not counted. */
const mostDirectories = 1_000_000;

/** They and all below them; what cannot be read counts once. */
export async function countDirectories(roots: readonly string[]): Promise<number> {
  const left = [...roots];
  let count = 0;
  for (let path = left.pop(); path !== undefined && count < mostDirectories; path = left.pop()) {
    const isDirectory = await lstat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isDirectory) continue;
    count += 1;
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) if (entry.isDirectory()) left.push(join(path, entry.name));
  }
  return count;
}

/** `given`: what muster.yaml names; otherwise the one that the node made for itself. */
export async function certificateFact(root: string, given: string | undefined): Promise<CertificateFact> {
  const path = given ?? join(root, 'queue/cluster/muster/http/certificate.pem');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be read (${error.code})`);
  });
  const { validFrom, validTo } = new X509Certificate(text);
  return { path, fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo), own: given === undefined };
}
