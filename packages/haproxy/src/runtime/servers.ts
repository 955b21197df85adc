/** The servers of the backend, out of `show servers state` (administrative state, address) and `show stat` (health, sessions). */
import type { AdminState, Server } from '../driver.ts';
import { HaproxyError } from '../haproxy-error.ts';
import { ask, type Target } from './ask.ts';
import { listLimits } from './settings.ts';
import { count, csvDialect, parseTable, type Row, spacedDialect, type Table } from './table.ts';
import { checkNames, plainAddress } from './words.ts';

/** A server and what else HAProxy tells of it. */
export interface KnownServer extends Server {
  /** As the configuration names the host; undefined where it gives an address. */
  readonly host: string | undefined;
  /** Health checks are configured and run, or would if it were not in maintenance. */
  readonly checked: boolean;
  /** Of the server alone; undefined: none. */
  readonly maxconn: number | undefined;
  /** It is let in slowly just now (`slowstart`). */
  readonly throttled: boolean;
}

const stateColumns = [
  'srv_name',
  'srv_addr',
  'srv_port',
  'srv_admin_state',
  'srv_uweight',
  'srv_check_state',
  'srv_fqdn',
] as const;
const statColumns = ['svname', 'scur', 'slim', 'status', 'lastchg', 'throttle', 'check_status'] as const;
/** Bits of srv_admin_state: forced, inherited, and by a name that resolves to nothing. The one for `disabled` in the file is only a memory. */
const maintBits = 0x01 | 0x02 | 0x20;
const drainBits = 0x08 | 0x10;
/** Bit of srv_check_state: the checks are switched on. */
const checkEnabledBit = 0x04;

/** Both lists in one line: they are of one moment, as good as. */
export async function listServers(target: Target, signal: AbortSignal): Promise<readonly KnownServer[]> {
  const { backend } = target;
  const answer = await ask(target, `show servers state ${backend};show stat ${backend} 4 -1`, listLimits, signal);
  const states = rowsOf(target, 'show servers state', parseTable(answer, spacedDialect, stateColumns));
  checkNames(
    target.name,
    states.map((state) => state.get('srv_name')!),
  );
  const stats = rowsOf(target, 'show stat', parseTable(answer, csvDialect, statColumns));
  const statOf = new Map(stats.map((row) => [row.get('svname'), row]));
  return states.flatMap((state) => {
    const stat = statOf.get(state.get('srv_name'));
    // Added or removed between the two lists.
    return stat === undefined ? [] : [serverOf(target, state, stat)];
  });
}

/** The rows, or `bad-answer` with what was wrong. */
export function rowsOf(target: Target, command: string, table: Table): readonly Row[] {
  if ('rows' in table) return table.rows;
  throw new HaproxyError(target.name, 'bad-answer', `\`${command}\` was not answered as HAProxy does: ${table.fault}`);
}

function serverOf(target: Target, state: Row, stat: Row): KnownServer {
  const number = (row: Row, column: string): number => {
    const value = count(row, column);
    if (value !== undefined) return value;
    const name = state.get('srv_name');
    throw new HaproxyError(target.name, 'bad-answer', `column ${column} of the server "${name}" is no number`);
  };
  const fqdn = state.get('srv_fqdn')!;
  const admin = adminOf(number(state, 'srv_admin_state'));
  const checked = (number(state, 'srv_check_state') & checkEnabledBit) !== 0;
  return {
    name: state.get('srv_name')!,
    address: addressOf(state.get('srv_addr')!, fqdn),
    port: number(state, 'srv_port'),
    weight: number(state, 'srv_uweight'),
    admin,
    health: healthOf(stat, admin, checked),
    sessions: number(stat, 'scur'),
    changedMs: number(stat, 'lastchg') * 1_000,
    host: fqdn === '-' ? undefined : fqdn,
    checked,
    maxconn: count(stat, 'slim'),
    throttled: stat.get('throttle') !== '',
  };
}

const addressOf = (address: string, fqdn: string): string => {
  if (address !== '-') return plainAddress(address) ?? address;
  return fqdn === '-' ? '' : fqdn;
};

function adminOf(bits: number): AdminState {
  if ((bits & maintBits) !== 0) return 'maint';
  return (bits & drainBits) !== 0 ? 'drain' : 'ready';
}

/**
 * `* L4OK`: a check runs just now, and this was the last one's outcome. Checks rest in maintenance, and what they
 * said before stands until the first one after it: until then a server counts as half up (`UP 1/3`), as only one
 * does whose last checks failed.
 */
export function healthOf(stat: Row, admin: AdminState, checked: boolean): Server['health'] {
  if (!checked) return 'unchecked';
  const check = stat.get('check_status')!.replace(/^\* /, '');
  const status = stat.get('status')!;
  if (admin === 'maint' || check === '' || check === 'INI' || check === 'UNK') return 'checking';
  if (status.startsWith('DOWN')) return 'down';
  if (!status.includes('/')) return 'up';
  return admin === 'ready' && !/OK/.test(check) ? 'up' : 'checking';
}
