import { lineLimit } from '../src/line-limit.ts';

/** Lines that came through, with what was added to them. */
function limited() {
  let now = 0;
  const lines: string[] = [];
  const limit = lineLimit(() => now);
  const say = (kind: string, times = 1): void => {
    for (let at = 0; at < times; at += 1) limit(kind, (more) => lines.push(`${kind}${more}`));
  };
  const at = (ms: number): void => {
    now = ms;
  };
  return { say, lines, at };
}

describe('lines of one kind', () => {
  it('are logged five times a minute, and the fifth says that no more will be', () => {
    const { say, lines } = limited();
    say('a', 1_000);
    expect(lines).toEqual(['a', 'a', 'a', 'a', 'a (more of these are counted for a minute, not logged)']);
  });

  it('are logged again a minute after the first, with the number of those that were not', () => {
    const { say, lines, at } = limited();
    say('a', 12);
    at(59_999);
    say('a');
    expect(lines).toHaveLength(5);
    at(60_000);
    say('a', 2);
    expect(lines.slice(5)).toEqual(['a (8 more of these were not logged)', 'a']);
  });

  it('leave the lines of another kind alone', () => {
    const { say, lines } = limited();
    say('a', 10);
    say('b');
    expect(lines.at(-1)).toBe('b');
  });

  it('are of one kind once there are 4,096 kinds, until those are a minute old', () => {
    const { say, lines, at } = limited();
    for (let kind = 0; kind < 10_000; kind += 1) say(`${kind}`);
    expect(lines).toHaveLength(4_096 + 5);
    at(60_000);
    say('new');
    expect(lines.at(-1)).toBe('new');
  });
});
