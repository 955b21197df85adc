/** Adapter: packs put-away log files, off the event loop (zlib works in its own threads). */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { archiveOf } from './rotation.ts';

/**
 * Packs `file` into its day's archive (mode 0640), then removes it. An archive that is there already gets
 * a further member, so that nothing packed before is lost. The archive is replaced whole, by a rename:
 * killed at any moment, the plain file or the whole archive is there.
 */
export async function compressFile(file: string): Promise<void> {
  const archive = archiveOf(file.slice(dirname(file).length + 1));
  // It may have been packed since it was found.
  if (archive === undefined || !existsSync(file)) return;
  const target = join(dirname(file), archive);
  const partial = `${target}.tmp`;
  await rm(partial, { force: true });
  await copyFile(target, partial).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
  });
  await pipeline(
    createReadStream(file),
    createGzip(),
    createWriteStream(partial, { flags: 'a', mode: 0o640, flush: true }),
  );
  await rename(partial, target);
  await rm(file, { force: true });
}

/** Put-away files below `folder` (`R/logs/cluster`) that were not packed, as after a kill, oldest first. */
export async function unpackedFiles(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  const isUnpacked = (path: string): boolean => archiveOf(path.slice(path.lastIndexOf('/') + 1)) !== undefined;
  return found
    .filter(isUnpacked)
    .sort()
    .map((path) => join(folder, path));
}
