import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { findMismatch } from './mismatch.ts';
import { normaliseOssec } from './normalise-ossec.ts';

/** An element of `ossec.conf`. */
export interface Element {
  /** Lower case: the daemon compares names without case. */
  readonly name: string;
  /** As the file writes it. */
  readonly written: string;
  /** Names of its attributes. */
  readonly attributes: readonly string[];
  readonly children: readonly Element[];
  /** Its own text, decoded, with the blanks around it. */
  readonly text: string;
  /** Whether text, be it only a line end, stands between the last child and the closing tag. */
  readonly endsInText: boolean;
  /** Of its opening tag, counted from 1. */
  readonly line: number | undefined;
}

export type ParsedOssec =
  | {
      readonly ok: true;
      readonly roots: readonly Element[];
      readonly ossecComments: readonly number[];
      readonly openComment: number | undefined;
    }
  | {
      readonly ok: false;
      readonly line: number | undefined;
      readonly text: string;
      readonly openComment?: number | undefined;
    };

/** Reads `ossec.conf` into its root elements, in order. Never throws. Text of the file is never in the reason. */
export function parseOssec(text: string): ParsedOssec {
  const normalised = normaliseOssec(text);
  if (!normalised.ok) return normalised;
  try {
    const valid = XMLValidator.validate(normalised.xml);
    if (valid !== true)
      return { ok: false, ...faultOf(normalised.xml, valid.err), openComment: normalised.openComment };
    const lineAt = lineFinder(normalised.xml);
    const nodes = parser.parse(normalised.xml) as readonly RawNode[];
    const roots = nodes.flatMap((node) => elementsOf(bodyOf(node), lineAt));
    return { ok: true, roots, ossecComments: normalised.ossecComments, openComment: normalised.openComment };
  } catch (cause) {
    return { ok: false, line: undefined, text: `the file is not well formed: ${reasonOf(cause)}` };
  }
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: false,
  captureMetaData: true,
});

/** What the parser gives in order: `{ name: [children], ':@'?: {attributes} }` or `{ '#text': string }`. */
type RawNode = Readonly<Record<string | symbol, unknown>>;

type LineAt = (index: number | undefined) => number | undefined;

/** The lines of rising indices into `text`, counted from 1; each part of the text is looked at once. */
function lineFinder(text: string): LineAt {
  const nextEnd = (from: number): number => {
    const found = text.indexOf('\n', from);
    return found < 0 ? text.length : found;
  };
  let end = nextEnd(0);
  let line = 1;
  return (index) => {
    if (index === undefined) return undefined;
    for (; end < index; end = nextEnd(end + 1)) line += 1;
    return line;
  };
}

const metaData = XMLParser.getMetaDataSymbol();
const startOf = (node: RawNode): number | undefined =>
  (node[metaData as unknown as symbol] as { readonly startIndex?: number } | undefined)?.startIndex;

const nameOf = (node: RawNode): string => Object.keys(node).find((key) => key !== ':@') ?? '';
const bodyOf = (node: RawNode): readonly RawNode[] => node[nameOf(node)] as readonly RawNode[];
const isText = (node: RawNode): boolean => '#text' in node;
const elementsOf = (nodes: readonly RawNode[], lineAt: LineAt): readonly Element[] =>
  nodes.filter((node) => !isText(node)).map((node) => elementOf(node, lineAt));

function elementOf(node: RawNode, lineAt: LineAt): Element {
  const written = nameOf(node);
  const body = bodyOf(node);
  const last = body.at(-1);
  const line = lineAt(startOf(node));
  return {
    line,
    name: written.toLowerCase(),
    written,
    attributes: Object.keys((node[':@'] ?? {}) as object).map((name) => name.replace(/^@_/, '')),
    children: elementsOf(body, lineAt),
    text: decodeEntities(body.map((child) => (isText(child) ? String(child['#text']) : '')).join('')),
    endsInText: last !== undefined && isText(last),
  };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', apos: "'", quot: '"' };

const decodeEntities = (text: string): string =>
  text.replace(/&(amp|lt|gt|apos|quot);/g, (_, name: string) => entities[name] ?? '');

interface Finding {
  readonly code: string;
  readonly msg: string;
  readonly line: number;
}

/** What the checker found. Its own words are not told: they name tags and attributes, which may be pieces of a secret. */
function faultOf(xml: string, { code, msg, line }: Finding): { readonly line: number; readonly text: string } {
  const unmatched = /^(Expected closing tag|Closing tag .* has not been opened|Unclosed)/.test(msg);
  const mismatch = unmatched ? findMismatch(xml) : undefined;
  if (mismatch !== undefined) return mismatch;
  const text = code === 'InvalidAttr' ? 'an attribute is not written as name="value"' : 'a tag is not well formed';
  return { line, text };
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
