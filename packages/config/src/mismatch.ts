import { wrapper } from './normalise-ossec.ts';
import { isOption } from './option-names.ts';

interface Tag {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A tag that is left open where another is closed, or the file ends. */
export interface Mismatch {
  readonly line: number;
  /** Names tags, but none that may be a piece of a secret (`<key>ab<cd ef></key>`). */
  readonly text: string;
}

/** The first two tags that do not match, in linear time; undefined when all do. `xml` comes from `normaliseOssec`. */
export function findMismatch(xml: string): Mismatch | undefined {
  const open: Tag[] = [];
  let line = 1;
  let counted = 0;
  for (const match of xml.matchAll(/<([^<>]*)>/g)) {
    line += xml.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    const inner = match[1] ?? '';
    const name = inner.replace(/^\//, '').split(/[\s/]/, 1)[0] ?? '';
    if (!inner.startsWith('/')) {
      if (!inner.endsWith('/')) open.push({ name, line });
      continue;
    }
    const last = open.pop();
    if (last?.name !== name) return describe(open, last ?? { name: wrapper, line: 1 }, { name, line }, xml.split('\n'));
  }
  return undefined;
}

/** `around` are the elements around `last`, from the outermost. */
function describe(around: readonly Tag[], last: Tag, closing: Tag, lines: readonly string[]): Mismatch {
  const secret = around.find(({ name }) => holdsSecret(name));
  const inSecret = secret !== undefined || holdsSecret(last.name);
  const isTold = ({ name, line }: Tag): boolean =>
    isKnown(name) || (!inSecret && !/(key|password)>/i.test(lines[line - 1] ?? ''));
  const close = isTold(closing) ? `</${closing.name}>` : 'a closing tag';
  if (last.name === wrapper) return { line: closing.line, text: `${close}, line ${closing.line}, closes nothing` };
  const ends = closing.name === wrapper;
  const unknown = secret === undefined ? 'an element' : `an element inside <${secret.name}>`;
  const left = isTold(last) || (secret === undefined && holdsSecret(last.name)) ? `<${last.name}>` : unknown;
  const before = ends ? 'the end of the file' : `${close}, line ${closing.line}`;
  return {
    line: ends ? last.line : closing.line,
    text: `${left}, opened on line ${last.line}, is not closed before ${before}`,
  };
}

const holdsSecret = (name: string): boolean => /(key|password)$/i.test(name);

const isKnown = (name: string): boolean =>
  name === wrapper || ['ossec_config', 'node'].includes(name.toLowerCase()) || isOption(name.toLowerCase());
