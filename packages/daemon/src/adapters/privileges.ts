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
export const findAccount = async (names: readonly string[]): Promise<Account | undefined> =>
  accountIn(await readFile('/etc/passwd', 'utf8').catch(() => ''), names);

/** The first of `names` in the text of a passwd file (passwd(5)). A line without numbers for user and group is none. */
export function accountIn(passwd: string, names: readonly string[]): Account | undefined {
  const lines = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , uid, gid]) => isId(uid) && isId(gid));
  for (const name of names) {
    const fields = lines.find(([user]) => user === name);
    if (fields !== undefined) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}

/** `Number('')` is 0, which is root. */
const isId = (text: string | undefined): boolean => /^\d{1,10}$/.test(text ?? '');

/** Becomes `account`, for good. Does nothing for a process that is not root. */
export function becomeAccount(account: Account): void {
  if (process.getuid?.() !== 0) return;
  // In node since 0.9.4, missing from its types.
  (process as { initgroups?: (user: string, gid: number) => void }).initgroups?.(account.name, account.gid);
  process.setgid?.(account.gid);
  process.setuid?.(account.uid);
}
