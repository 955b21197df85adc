import { type Findings, quoted } from './fault.ts';
import { musterTable } from './muster-table.ts';
import { allowedOf } from './option.ts';

/** Who the manager's files belong to, in this order. */
const usual = ['wazuh', 'ossec'] as const;

/** What `/etc/passwd` and `/etc/group` hold; empty where they cannot be read. */
export interface Accounts {
  readonly passwd: string;
  readonly group: string;
}

/** The ids behind `files.owner` and `files.group`, a name or an id each. Undefined: neither given nor one of the usual names. */
export function resolveOwner(
  { owner, group }: { readonly owner: string | number | undefined; readonly group: string | number | undefined },
  accounts: Accounts,
  findings: Findings,
): { readonly uid: number | undefined; readonly gid: number | undefined } {
  return {
    uid: resolve('files.owner', owner, idsOf(accounts.passwd), findings),
    gid: resolve('files.group', group, idsOf(accounts.group), findings),
  };
}

function resolve(
  option: 'files.owner' | 'files.group',
  wanted: string | number | undefined,
  ids: ReadonlyMap<string, number>,
  findings: Findings,
): number | undefined {
  if (wanted === undefined) return usual.map((name) => ids.get(name)).find((id) => id !== undefined);
  if (typeof wanted === 'number') return wanted;
  const id = ids.get(wanted);
  if (id !== undefined) return id;
  const [kind, list] = option === 'files.owner' ? ['user', '/etc/passwd'] : ['group', '/etc/group'];
  findings.fault({
    code: 3004,
    text: `There is no ${kind} ${quoted(wanted)} in ${list}`,
    option,
    value: quoted(wanted),
    allowed: allowedOf(musterTable[option]),
    cure: `Write the id as a number when the ${kind} comes from a directory service, or create the ${kind}.`,
  });
  return undefined;
}

/** `name:password:id:…` a line, in both files. */
function idsOf(text: string): ReadonlyMap<string, number> {
  const rows = text.split('\n').map((line) => line.split(':'));
  return new Map(
    rows.flatMap(([name, , id]) => (name && /^[0-9]+$/.test(id ?? '') ? [[name, Number(id)] as const] : [])),
  );
}
