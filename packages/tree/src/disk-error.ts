/** The system refused, or the disk is not what was expected. `code` is the system's (`ENOSPC`, …) or one of ours. */
export class DiskError extends Error {
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string, text: string = explain(code)) {
    super(`${path}: ${text} (${code})`);
    this.name = 'DiskError';
    this.code = code;
    this.path = path;
  }
}

/** The system has no more watches (`fs.inotify.max_user_watches`): poll instead. */
export class WatchExhausted extends DiskError {
  constructor(path: string, code: string) {
    super(code, path, 'no more directories can be watched; raise fs.inotify.max_user_watches or max_user_instances');
    this.name = 'WatchExhausted';
  }
}

const explanations: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; the user of this daemon must be able to read and write here',
  EPERM: 'operation not permitted; look for an immutable flag, or a mount that forbids it',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a file stands where a directory must be; remove it',
  EISDIR: 'a directory stands where a file must go; remove it',
  ENOTEMPTY: 'a directory that holds unsynchronised files stands in the way; move them',
  EEXIST: 'something stands there already; remove it',
  ENOSPC: 'no space left on the device; free some',
  EDQUOT: 'the disk quota is used up; raise it or free some space',
  EROFS: 'the file system is read-only; mount it writable',
  EIO: 'the device reports an input/output error; look into the kernel log',
  ELOOP: 'a symlink stands where none may be; remove it',
  ENAMETOOLONG: 'the name is too long for this file system',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  EXDEV: 'the target lies on another device',
  CHANGED: 'it kept changing while it was read',
  NOT_A_FILE: 'it is not a regular file',
  DIGEST_MISMATCH: 'the bytes that came are not those that were promised; they were thrown away',
  SIZE_MISMATCH: 'more or fewer bytes came than were promised; they were thrown away',
  TOO_LARGE: 'the file is larger than this node takes; make it smaller, or raise the limit here too',
  OUTSIDE: 'the path leads out of its synchronised directory',
  ROLLED_FORWARD: 'an interrupted transaction was finished first; what is there must be scanned again',
  WORKER_DIED: 'the thread that does the system calls ended',
};

/** A code in plain words, with what mends it. */
export const explain = (code: string): string => explanations[code] ?? 'the system refused';

/** The device is at fault, not the file: going on would only spread the damage. */
const deviceFaults = new Set(['ENOSPC', 'EDQUOT', 'EIO']);

/** Of a table directory's files. One that is mounted read-only (`EROFS`) fails file by file: the others go on. */
export const isDeviceFault = (code: string): boolean => deviceFaults.has(code);

/** Of what is our own, without which no transaction is whole. */
export const isStateFault = (code: string): boolean => isDeviceFault(code) || code === 'EROFS';
