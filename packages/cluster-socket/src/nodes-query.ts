/** What `get_nodes` may be asked with (`reference/links.md` 6, `cli-api.md` 5 and 6). Pure. */
import { fine, type Outcome, refused } from './outcome.ts';

export const nodeFields = ['name', 'type', 'version', 'ip'] as const;
export type NodeField = (typeof nodeFields)[number];

export interface NodesQuery {
  /** Undefined: all. */
  readonly names: readonly string[] | undefined;
  readonly type: 'master' | 'worker' | undefined;
  readonly offset: number;
  /** Undefined: no limit. */
  readonly limit: number | undefined;
  readonly sort: readonly SortField[];
  readonly search: Search | undefined;
  /** In the order of `nodeFields`, at least one. */
  readonly select: readonly NodeField[];
  readonly distinct: boolean;
}

export interface SortField {
  readonly field: NodeField;
  readonly descending: boolean;
}

export interface Search {
  /** Lower case, not empty. */
  readonly text: string;
  readonly negated: boolean;
}

const usualLimit = 500;
const largestLimit = 100_000;

type Json = Readonly<Record<string, unknown>>;

/** Of the payload: a JSON object, or nothing, which asks for all nodes. */
export function nodesQuery(payload: string): Outcome<NodesQuery> {
  const written = objectOf(payload);
  if (written === undefined) return refused(1000, 'The payload of get_nodes is no JSON object');
  if (!isAbsent(written.q)) return refused(1407, 'q is not taken on this socket; use search, or the HTTP API');
  const type = typeOf(written.filter_type);
  if (!type.ok) return type;
  const names = namesOf(written.filter_node);
  if (!names.ok) return names;
  const span = spanOf(written);
  if (!span.ok) return span;
  const sort = sortOf(written.sort);
  if (!sort.ok) return sort;
  const search = searchOf(written.search);
  if (!search.ok) return search;
  const select = selectOf(written.select);
  if (!select.ok) return select;
  return fine({
    ...span.value,
    names: names.value,
    type: type.value,
    sort: sort.value,
    search: search.value,
    select: select.value,
    distinct: written.distinct === true,
  });
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

function objectOf(payload: string): Json | undefined {
  if (payload.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(payload);
    return value === null ? {} : isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function typeOf(value: unknown): Outcome<NodesQuery['type']> {
  if (isAbsent(value) || value === 'all') return fine(undefined);
  return value === 'master' || value === 'worker'
    ? fine(value)
    : refused(1728, 'filter_type must be all, master or worker');
}

function namesOf(value: unknown): Outcome<NodesQuery['names']> {
  if (isAbsent(value)) return fine(undefined);
  if (typeof value === 'string') return fine([value]);
  return isTexts(value) ? fine(value) : refused(1730, 'filter_node must be a name or a list of names');
}

function spanOf({ offset, limit }: Json): Outcome<Pick<NodesQuery, 'offset' | 'limit'>> {
  const from = isAbsent(offset) ? 0 : offset;
  if (!isCount(from)) return refused(1400, 'offset must be a whole number from 0 on');
  if (limit === null) return fine({ offset: from, limit: undefined });
  const most = isAbsent(limit) ? usualLimit : limit;
  if (!isCount(most)) return refused(1401, `limit must be a whole number from 1 to ${largestLimit}`);
  if (most === 0) return refused(1406);
  if (most > largestLimit) return refused(1405, String(largestLimit));
  return fine({ offset: from, limit: most });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** `+name,-ip`, a list of such, or `{fields, order}`, where the order is that of all. */
function sortOf(value: unknown): Outcome<readonly SortField[]> {
  if (isAbsent(value)) return fine([]);
  const given = fieldsIn(value);
  if (given === undefined) return refused(1403, 'sort must be text such as "+name,-ip"', allFields);
  const reversed = isObject(value) && value.order === 'desc';
  const unknown = given.map(bare).filter((name) => !isNodeField(name));
  if (unknown.length > 0) return refused(1403, unknown.join(', '), allFields);
  return fine(given.map((text) => ({ field: bare(text) as NodeField, descending: text.startsWith('-') !== reversed })));
}

const bare = (text: string): string => text.replace(/^[+-]/, '').trim();
const allFields = `Allowed fields: ${nodeFields.join(', ')}`;
const isNodeField = (name: string): name is NodeField => (nodeFields as readonly string[]).includes(name);

/** The names in a text with commas, a list, or the `fields` of an object; undefined where it is none of these. */
function fieldsIn(value: unknown): readonly string[] | undefined {
  const list = isObject(value) ? value.fields : value;
  const texts = typeof list === 'string' ? list.split(',') : isTexts(list) ? list : undefined;
  return texts?.map((text) => text.trim()).filter((text) => text !== '');
}

/** A text, with `-` before it for what must not be in it; or `{value, negation}`. */
function searchOf(value: unknown): Outcome<Search | undefined> {
  if (isAbsent(value)) return fine(undefined);
  const { value: inner, negation } = isObject(value) ? value : { value, negation: undefined };
  if (typeof inner !== 'string') return refused(1407, 'search must be a text');
  const marked = !isObject(value) && inner.startsWith('-');
  const text = (marked ? inner.slice(1) : inner).toLowerCase();
  return fine(text === '' ? undefined : { text, negated: marked || negation === true || negation === 1 });
}

function selectOf(value: unknown): Outcome<readonly NodeField[]> {
  if (isAbsent(value)) return fine(nodeFields);
  const given = fieldsIn(value);
  if (given === undefined) return refused(1724, 'select must be a list of fields', allFields);
  const unknown = given.filter((name) => !isNodeField(name));
  if (unknown.length > 0) return refused(1724, unknown.join(', '), allFields);
  return fine(given.length === 0 ? nodeFields : nodeFields.filter((field) => given.includes(field)));
}
