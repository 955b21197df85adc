/**
 * Adapter: gives root up for the account that owns the manager's files: `wazuh` (4.x), else `ossec`
 * (3.x), as the reference's daemon does (`reference/config.md` 5).
 */
import { readFile } from 'node:fs/promises';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The first of `names` that the system knows. */
export async function findAccount(names: readonly string[]): Promise<Account | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  for (const name of names) {
    const fields = lines.find(([user]) => user === name);
    if (fields !== undefined) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}

/** Becomes `account`, for good. Does nothing for a process that is not root. */
export function becomeAccount(account: Account): void {
  if (process.getuid?.() !== 0) return;
  // In node since 0.9.4, missing from its types.
  (process as { initgroups?: (user: string, gid: number) => void }).initgroups?.(account.name, account.gid);
  process.setgid?.(account.gid);
  process.setuid?.(account.uid);
}
