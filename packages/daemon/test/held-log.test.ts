import type { Problem } from '@muster/integrity';
import { heldLog } from '../src/integrity-log.ts';

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
