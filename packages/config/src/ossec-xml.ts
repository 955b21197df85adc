import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { normaliseOssec, wrapper } from './normalise-ossec.ts';

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
}

export type ParsedOssec =
  | { readonly ok: true; readonly roots: readonly Element[]; readonly ossecComments: readonly number[] }
  | { readonly ok: false; readonly line: number | undefined; readonly text: string };

/** Reads `ossec.conf` into its root elements, in order. Never throws. Text of the file is never in the reason. */
export function parseOssec(text: string): ParsedOssec {
  const normalised = normaliseOssec(text);
  if (!normalised.ok) return normalised;
  try {
    const valid = XMLValidator.validate(normalised.xml);
    if (valid !== true)
      return { ok: false, line: valid.err.line, text: reasonWithoutSecrets(normalised.xml, valid.err) };
    const roots = (parser.parse(normalised.xml) as readonly RawNode[]).flatMap((node) => elementsOf(bodyOf(node)));
    return { ok: true, roots, ossecComments: normalised.ossecComments };
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
});

/** What the parser gives in order: `{ name: [children], ':@'?: {attributes} }` or `{ '#text': string }`. */
type RawNode = Readonly<Record<string, unknown>>;

const nameOf = (node: RawNode): string => Object.keys(node).find((key) => key !== ':@') ?? '';
const bodyOf = (node: RawNode): readonly RawNode[] => node[nameOf(node)] as readonly RawNode[];
const isText = (node: RawNode): boolean => '#text' in node;
const elementsOf = (nodes: readonly RawNode[]): readonly Element[] =>
  nodes.filter((node) => !isText(node)).map(elementOf);

function elementOf(node: RawNode): Element {
  const written = nameOf(node);
  const body = bodyOf(node);
  const last = body.at(-1);
  return {
    name: written.toLowerCase(),
    written,
    attributes: Object.keys((node[':@'] ?? {}) as object).map((name) => name.replace(/^@_/, '')),
    children: elementsOf(body),
    text: decodeEntities(body.map((child) => (isText(child) ? String(child['#text']) : '')).join('')),
    endsInText: last !== undefined && isText(last),
  };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', apos: "'", quot: '"' };

const decodeEntities = (text: string): string =>
  text.replace(/&(amp|lt|gt|apos|quot);/g, (_, name: string) => entities[name] ?? '');

/** The checker names tags. Where one may be a piece of a secret (`<key>ab<cd ef></key>`), no name is told. */
function reasonWithoutSecrets(xml: string, { msg, line }: { readonly msg: string; readonly line: number }): string {
  const opened = Number(/opened in line ([0-9]+)/.exec(msg)?.[1] ?? line);
  const lines = xml.split('\n').slice(Math.min(opened, line) - 1, Math.max(opened, line));
  if (lines.some((text) => /(key|password)>/i.test(text))) return 'the tags do not match';
  return msg.replaceAll(`'${wrapper}'`, 'the end of the file');
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
