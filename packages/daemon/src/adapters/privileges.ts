/**
 * Adapter: gives root up for the account that owns the manager's files: `wazuh` (4.x), else `ossec`
 * (3.x), as the reference's daemon does (`reference/config.md` 5).
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Rights } from '../rights.ts';

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

/** What the process may do now. */
export function readRights(keptRoot: boolean): Rights {
  const uid = process.geteuid?.() ?? 0;
  return {
    uid,
    gid: process.getegid?.() ?? 0,
    groups: process.getgroups?.() ?? [],
    mayGive: mayChangeOwners(statusOfProcess()) ?? uid === 0,
    keptRoot,
  };
}

function statusOfProcess(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

/** CAP_CHOWN, bit 0 of the effective capabilities (capabilities(7), proc(5)); undefined where the text has none. */
export function mayChangeOwners(status: string): boolean | undefined {
  const [, bits] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  return bits === undefined ? undefined : Number.parseInt(bits.slice(-1), 16) % 2 === 1;
}
