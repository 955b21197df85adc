import type { Problem } from '@muster/integrity';
import { heldLog, integrityLog, logReplication } from '../src/integrity-log.ts';

const held = (path: string, text = 'it is too large'): Problem => ({ path, effect: 'held', code: 'too-large', text });

/** What is logged for one scan after the other. */
function logged(...scans: readonly (readonly Problem[])[]): readonly string[] {
  const lines: string[] = [];
  const tell = heldLog({
    warning: (text) => void lines.push(`WARNING ${text}`),
    info: (text) => void lines.push(`INFO ${text}`),
  });
  for (const problems of scans) {
    tell(problems);
    lines.push('-');
  }
  return lines;
}

describe('files that are left out', () => {
  it('are warned of once, however often they are found', () => {
    expect(logged([held('etc/a')], [held('etc/a')])).toEqual([
      'WARNING Left out of the synchronisation: etc/a: it is too large.',
      '-',
      '-',
    ]);
  });

  it('are warned of again when they are left out for another reason', () => {
    expect(logged([held('etc/a')], [held('etc/a', 'it is a symlink')])[2]).toContain('it is a symlink');
  });

  it('are named when they are left out no longer', () => {
    expect(logged([held('etc/a')], []).slice(2)).toEqual(['INFO No longer left out: etc/a.', '-']);
  });

  it('are counted beyond 20', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => held(`etc/${index}`));
    expect(logged(many(20))).toHaveLength(20 + 1);
    const lines = logged(many(21), []);
    expect(lines[20]).toBe('WARNING Left out as well: 1 more files.');
    expect(lines.at(-2)).toBe('INFO No longer left out either: 1 more files.');
  });

  it('are not those that hold the whole generation back: these have their own words', () => {
    const blocking: Problem = { path: 'etc/b', effect: 'blocking', code: 'unreadable-file', text: 'x' };
    expect(logged([blocking])).toEqual(['-']);
  });
});

/** A logger that keeps its lines. */
function lines() {
  const said: string[] = [];
  const at = (level: string) => (text: string) => void said.push(`${level} ${text}`);
  return { said, logger: { debug: at('DEBUG'), info: at('INFO'), warning: at('WARNING') } };
}

describe('the state of the own files', () => {
  const status = (state: 'in-sync' | 'held', why?: string) =>
    ({ type: 'status', state, files: 1, ...(why === undefined ? {} : { why }) }) as const;

  it('is a warning while it is held, and said when that is over, once', () => {
    const { said, logger } = lines();
    const tell = integrityLog(logger);
    for (const event of [status('held', 'etc/rules: gone'), status('in-sync'), status('in-sync')]) tell(event);
    expect(said).toEqual([
      'WARNING etc/rules: gone',
      "INFO This node's files can be read whole again.",
      'DEBUG State: in-sync.',
      'DEBUG State: in-sync.',
    ]);
  });
});

describe('what a worker did to its files', () => {
  const plan = (remove: readonly string[]) => ({
    changes: { put: [], remove, makeDirectories: [], removeDirectories: [] },
    modeDrift: ['etc/rules/a'],
    leftovers: [],
  });
  const result = (removed: number) => ({ written: 0, removed, bytes: 0, failures: [], missing: [] });

  it('is counted, and the first five files that were deleted are named', () => {
    const names = ['1', '2', '3', '4', '5', '6'].map((name) => `etc/rules/${name}`);
    const { said, logger } = lines();
    logReplication(logger, plan(names), result(6));
    expect(said).toEqual([
      'INFO Files created or updated: 0 | Files deleted: 6 | Modes mended: 1',
      ...names.slice(0, 5).map((name) => `INFO Deleted: ${name}`),
      'DEBUG Deleted: etc/rules/6',
      'INFO Deleted as well: 1 more.',
    ]);
  });

  it('names each of five, and counts no more', () => {
    const { said, logger } = lines();
    logReplication(logger, plan(['1', '2', '3', '4', '5']), result(5));
    expect(said.at(-1)).toBe('INFO Deleted: 5');
  });

  it('is not told when nothing could be done: the state says why, once', () => {
    const { said, logger } = lines();
    const failures = [{ path: 'etc/rules/a', code: 'EINVAL', text: 'the system refused (EINVAL)' }];
    logReplication(logger, plan([]), { ...result(0), failures });
    expect(said).toEqual([]);
  });
});
