import * as fc from 'fast-check';
import { pathMatcher } from '../../src/inspect/trace-pattern.ts';

const fits = (pattern: string, path: string): boolean => pathMatcher(pattern)(path);

describe('a pattern of paths', () => {
  it.each<readonly [pattern: string, yes: readonly string[], no: readonly string[]]>([
    ['/integrity', ['/integrity'], ['/', '/integrity2', '/integrity/x', '/haproxy/integrity']],
    ['/', ['/'], ['/integrity', '']],
    ['/*', ['/integrity', '/'], ['/links/dialer']],
    ['/links/*', ['/links/dialer', '/links/node:worker1', '/links/'], ['/links', '/links/a/b', '/x/dialer']],
    ['/links/node:*', ['/links/node:worker1', '/links/node:'], ['/links/listener', '/links/node:a/b']],
    ['**', ['/', '/integrity', '/links/node:worker1'], []],
    ['/**', ['/', '/integrity', '/links/node:worker1'], ['']],
    ['/links/**', ['/links/a', '/links/a/b'], ['/links', '/haproxy/a']],
    ['**/dialer', ['/links/dialer', '/dialer', '/a/b/dialer'], ['/links/dialer2', '/dialer/x']],
    ['/*/node:*er*', ['/links/node:worker1', '/links/node:er'], ['/links/node:master/x', '/links/node:x']],
    ['**a*b**', ['/ab', '/a/ab/', '/aXb/c'], ['/a/b', '/ba']],
    ['/a.c', ['/a.c'], ['/abc']],
  ])('%s', (pattern, yes, no) => {
    expect(yes.filter((path) => !fits(pattern, path))).toEqual([]);
    expect(no.filter((path) => fits(pattern, path))).toEqual([]);
  });

  it('fits what a regular expression made of it fits', () => {
    const piece = fc.constantFrom('*', '**', '/', 'a', 'b', 'ab', ':');
    const pattern = fc
      .array(piece, { maxLength: 8 })
      .map((pieces) => `/${pieces.join('')}`)
      .filter((text) => !text.includes('***'));
    const path = fc.array(fc.constantFrom('/', 'a', 'b', ':'), { maxLength: 10 }).map((parts) => `/${parts.join('')}`);
    void fc.assert(
      fc.property(pattern, path, (text, name) => {
        const expression = text.replaceAll(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]*'));
        expect(fits(text, name)).toBe(new RegExp(`^${expression}$`, 's').test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no longer than the path times the pattern, however they are made', () => {
    const matches = pathMatcher(`/${'*a**a'.repeat(4)}${'a'.repeat(400)}b`);
    // One that goes back would be at it for years.
    expect(matches(`/${'a'.repeat(480)}`)).toBe(false);
    expect(matches(`/${'a'.repeat(480)}b`)).toBe(true);
  });

  it.each([
    ['integrity', 'it begins with / or **'],
    ['*', 'it begins with / or **'],
    ['*/x', 'it begins with / or **'],
    ['/a***', 'there is * and **, no more'],
    ['/a\u0000', 'no path has a control character'],
    ['/*/*/*/*/*/*/*/*/*', 'it may have 8 wildcards, and has 9'],
  ])('that is none is refused with its fault and examples: %j', (pattern, fault) => {
    expect(() => pathMatcher(pattern)).toThrow(
      expect.objectContaining({
        code: 'bad-pattern',
        message: `${JSON.stringify(pattern)} is no pattern of paths: ${fault}. /links/* is every actor right below /links, ** is every actor.`,
      }),
    );
  });
});
