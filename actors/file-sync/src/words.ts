/** What to do about a failure that the system named. Pure. */
const cures: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full; free space on it',
  EDQUOT: 'The disk quota is used up; raise it or free space',
  EROFS: 'The file system is mounted read-only; mount it writable',
  EACCES: 'The daemon may not write there; mend owner or mode',
  EPERM: 'The system does not permit it to the daemon; mend owner, mode or attributes',
  EIO: 'The disk reports an error; check it',
  EMFILE: 'Too many open files; raise the limit of the daemon',
};

/** `code` of a system or link error; `FAILED` for one without. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'FAILED';
}

/** The fault, and the cure where there is one. */
export function faultWords(doing: string, error: unknown): string {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const cure = cures[code];
  return `${doing} failed (${code}: ${text})${cure === undefined ? '' : `. ${cure}`}; it is tried again`;
}
