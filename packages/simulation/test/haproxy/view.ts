/** What of an answer has to be the same on the model and on the real HAProxy: all but ids, times, rates and ports. */

export interface View {
  readonly states: readonly Readonly<Record<string, string>>[];
  readonly servers: readonly Readonly<Record<string, string>>[];
  /** By client, its server. */
  readonly sessions: Readonly<Record<string, string>>;
  /** Clients whose connection is open. */
  readonly open: readonly string[];
}

const compared = [
  ...['pxname', 'svname', 'scur', 'smax', 'stot', 'status', 'weight', 'uweight', 'act', 'bck', 'chkfail', 'lbtot'],
  ...[
    'sid',
    'type',
    'check_status',
    'check_rise',
    'check_fall',
    'check_health',
    'last_chk',
    'check_desc',
    'addr',
    'mode',
  ],
] as const;

const comparedStates = [
  ...['srv_name', 'srv_addr', 'srv_op_state', 'srv_admin_state', 'srv_uweight', 'srv_iweight', 'srv_check_health'],
  ...['srv_check_state', 'srv_fqdn', 'srv_port'],
] as const;

/** `text`: `show servers state`. */
function statesOf(text: string): View['states'] {
  const lines = text.split('\n').filter((line) => line !== '');
  const columns = lines[1]!.replace('# ', '').split(' ');
  return lines.slice(2).map((line) => {
    const cells = line.split(' ');
    const state = Object.fromEntries(comparedStates.map((name) => [name, cells[columns.indexOf(name)]!]));
    // While checks are paused or off nothing comes of it, and one that was under way may still count there.
    return (Number(state.srv_check_state) & 12) === 4 ? state : { ...state, srv_check_health: '-' };
  });
}

/** What both are asked for a view: the first half as `show servers state`, then the others. */
export const asked = (backend: string): string => `show servers state ${backend};show stat ${backend} 4 -1;show sess`;

/** `text`: the answer to `asked`. */
export function viewOf(whole: string, labelOf: (source: string) => string | undefined, open: readonly string[]): View {
  const at = whole.indexOf('# pxname');
  const lines = whole
    .slice(at)
    .split('\n')
    .filter((line) => line !== '');
  const columns = lines[0]!.replace('# ', '').split(',');
  const rows = lines.slice(1).filter((line) => !line.startsWith('0x'));
  const sessions = lines.flatMap((line) => {
    const label = labelOf(/^0x\w+: .* src=(\S+) /.exec(line)?.[1] ?? '');
    return label === undefined ? [] : [[label, / srv=(\S+)/.exec(line)![1]!] as const];
  });
  return {
    states: statesOf(whole.slice(0, at)),
    servers: rows.map((row) => {
      const cells = row.split(',');
      return Object.fromEntries(compared.map((name) => [name, cells[columns.indexOf(name)]!.replace('* ', '')]));
    }),
    sessions: Object.fromEntries(sessions.sort()),
    open,
  };
}

/** Guesses at what was meant, and lists of all commands, are not modelled. */
export const sameAnswer = (text: string): string =>
  text.replace(/Unknown command.*/s, 'Unknown command').replace(/(unknown keyword '[^']*')[^\n]*/, '$1');
