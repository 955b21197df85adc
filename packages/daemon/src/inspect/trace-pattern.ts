/** Patterns of paths: `*` is anything but `/`, `**` anything. Pure. */
import { refuse } from './refuse.ts';

/** More of them say nothing that fewer do not, and the time of a match grows with them. */
const mostWildcards = 8;

type Token = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'part' | 'any' };

/**
 * A function that says whether a path fits `pattern`. It walks the path once with all places of the pattern that
 * it may be at, and never goes back: its time is bounded by the length of the path times that of the pattern, and a path
 * shorter than the texts of the pattern is not walked at all. Throws `bad-pattern` with the cure.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const tokens = tokensOf(pattern);
  if (tokens.length === 1 && tokens[0]?.kind === 'any') return () => true;
  if (tokens.every(({ kind }) => kind === 'text')) return (path) => path === pattern;
  const steps = tokens.flatMap<Step>((token) =>
    token.kind === 'text' ? [...token.text] : [token.kind === 'any' ? any : part],
  );
  const shortest = steps.filter((step) => typeof step === 'string').length;
  return (path) => path.length >= shortest && walk(steps, path);
}

const part = 1;
const any = 2;
/** A character, or a wildcard. */
type Step = string | typeof part | typeof any;

function walk(steps: readonly Step[], path: string): boolean {
  let places = entered(steps, [0]);
  for (const character of path) {
    const reached: number[] = [];
    for (const place of places) {
      const step = steps[place];
      if (step === character) reached.push(place + 1);
      else if (step === any || (step === part && character !== '/')) reached.push(place);
    }
    if (reached.length === 0) return false;
    places = entered(steps, reached);
  }
  return places.includes(steps.length);
}

/** These places, each once, and those behind wildcards that may be nothing. */
function entered(steps: readonly Step[], places: readonly number[]): readonly number[] {
  const all = new Set<number>();
  for (const from of places) {
    let place = from;
    all.add(place);
    while (typeof steps[place] === 'number') all.add(++place);
  }
  return [...all];
}

function tokensOf(pattern: string): readonly Token[] {
  if (!/^(?:\/|\*\*)/.test(pattern)) throw bad(pattern, 'it begins with / or **');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path has one.
  if (/[\u0000-\u001f\u007f]/.test(pattern)) throw bad(pattern, 'no path has a control character');
  if (pattern.includes('***')) throw bad(pattern, 'there is * and **, no more');
  const tokens = [...pattern.matchAll(/\*\*|\*|[^*]+/g)].map(([text]): Token => {
    if (text === '**') return { kind: 'any' };
    return text === '*' ? { kind: 'part' } : { kind: 'text', text };
  });
  const wildcards = tokens.filter(({ kind }) => kind !== 'text').length;
  if (wildcards > mostWildcards) throw bad(pattern, `it may have ${mostWildcards} wildcards, and has ${wildcards}`);
  return tokens;
}

const bad = (pattern: string, why: string): Error =>
  refuse(
    'bad-pattern',
    `${JSON.stringify(pattern)} is no pattern of paths: ${why}. /links/* is every actor right below /links, ** is every actor.`,
  );
