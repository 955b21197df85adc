/** What of an answer has to be the same on the model and on the real HAProxy: all but ids, times, rates and ports. */

export interface View {
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

/** `text`: `show stat` and `show sess`. */
export function viewOf(text: string, labelOf: (source: string) => string | undefined, open: readonly string[]): View {
  const lines = text.split('\n').filter((line) => line !== '');
  const columns = lines[0]!.replace('# ', '').split(',');
  const rows = lines.slice(1).filter((line) => !line.startsWith('0x'));
  const sessions = lines.flatMap((line) => {
    const label = labelOf(/^0x\w+: .* src=(\S+) /.exec(line)?.[1] ?? '');
    return label === undefined ? [] : [[label, / srv=(\S+)/.exec(line)![1]!] as const];
  });
  return {
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
  text.replace(/Unknown command[^]*/, 'Unknown command').replace(/(unknown keyword '[^']*')[^\n]*/, '$1');
