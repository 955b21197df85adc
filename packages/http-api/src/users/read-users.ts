/** Adapter: the file of users on disk: read by the node, written by `muster user`. */
import { constants } from 'node:fs';
import { chmod, chown, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseUsers, type User, UsersFileError, usersText } from './users-file.ts';

/** Which content a file has, without reading it. */
export interface Seen {
  readonly mark: string;
  readonly users: readonly User[];
}

const maxBytes = 1024 * 1024;

/**
 * The users of `path`, none where there is no file; `last`, when the file is still the one that it came from. Rejects with
 * a `UsersFileError` when it is no such file, others may read it, or others than its owner may write it.
 */
export async function readUsers(path: string, last?: Seen): Promise<Seen> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UsersFileError(`${path} cannot be read: ${error.code}. The user that Muster runs as must be let to.`);
  });
  if (file === undefined) return { mark: 'absent', users: [] };
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, mode, isFile } = await statOf(file);
    const mark = [dev, ino, size, mtimeNs, ctimeNs].join();
    if (mark === last?.mark) return last;
    if (!isFile || size > maxBytes) throw new UsersFileError(`${path} is no file of users. Move it away.`);
    if ((mode & 0o027) !== 0)
      throw new UsersFileError(
        `${path} has the mode ${mode.toString(8).padStart(4, '0')}: others could read or change it. Give it 0640 or 0600.`,
      );
    return { mark, users: parseUsers(await file.readFile('utf8'), path) };
  } finally {
    await file.close();
  }
}

async function statOf(file: Awaited<ReturnType<typeof open>>) {
  const found = await file.stat({ bigint: true });
  const { dev, ino, mtimeNs, ctimeNs } = found;
  return {
    dev,
    ino,
    mtimeNs,
    ctimeNs,
    isFile: found.isFile(),
    size: Number(found.size),
    mode: Number(found.mode) & 0o7777,
  };
}

/**
 * Writes `users` to `path`, whole or not at all, with the mode 0640. A new file gets the owner and group of `like`, another
 * file of the manager, where this user may give them: what root writes must be readable by the node.
 */
export async function writeUsers(path: string, users: readonly User[], like: string): Promise<void> {
  const owner = await stat(path).catch(() => stat(like).catch(() => undefined));
  const next = `${path}.new`;
  await rm(next, { force: true });
  const file = await open(next, 'wx', 0o600);
  try {
    await file.writeFile(usersText(users));
    await file.sync();
  } finally {
    await file.close();
  }
  if (owner !== undefined && process.geteuid?.() === 0) await chown(next, owner.uid, owner.gid);
  await chmod(next, 0o640);
  await rename(next, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}
