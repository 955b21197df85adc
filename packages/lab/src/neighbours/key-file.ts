/** Adapter: `etc/client.keys`, read again when it changed. */
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Keys, parseKeys } from './keys.ts';

export interface KeyFile {
  /** As last read. Empty before there is a file; one that vanishes changes nothing. */
  keys(): Keys;
  close(): void;
}

/** Reads now, then looks every `everyMs` whether the file is another; calls `changed` after each reading but the first. */
export async function openKeyFile(path: string, everyMs: number, changed: () => void): Promise<KeyFile> {
  const closed = new AbortController();
  let keys: Keys = new Map();
  let mark = '';
  const look = async (): Promise<boolean> => {
    const now = await markOf(path);
    if (now === '' || now === mark) return false;
    // The mark is of before the reading: a change meanwhile is seen at the next look.
    keys = parseKeys(await readFile(path, 'utf8'));
    mark = now;
    return true;
  };
  const again = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await pause(everyMs, undefined, { signal: closed.signal }).catch(() => {});
      // A file that is replaced at this moment is read at the next look.
      if (!closed.signal.aborted && (await look().catch(() => false))) changed();
    }
  };
  await look();
  void again();
  return { keys: () => keys, close: () => closed.abort() };
}

/** Changes when the file does. '': there is none. */
const markOf = (path: string): Promise<string> =>
  stat(path, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    () => '',
  );
