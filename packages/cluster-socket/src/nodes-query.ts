/** What `get_nodes` may be asked with (`reference/links.md` 6): as text, or as the manager's API hands it over. Pure. */
import { type ListQuery, parseSearch, parseSelect, parseSort, type SortKey } from '@muster/list-query';
import { nodeFields } from '@muster/reference-forms';
import { fine, type Outcome, refused } from './outcome.ts';

export interface NodesQuery {
  /** Undefined: all. */
  readonly names: readonly string[] | undefined;
  readonly type: 'master' | 'worker' | undefined;
  readonly list: ListQuery;
}

const allFields = `Fields are: ${nodeFields.join(', ')}`;

const usualLimit = 500;
const largestLimit = 100_000;

type Json = Readonly<Record<string, unknown>>;

/** Of the payload: a JSON object, or nothing, which asks for all nodes. What is not known is left out of account. */
export function nodesQuery(payload: string): Outcome<NodesQuery> {
  const written = objectOf(payload);
  if (written === undefined) return refused(1000, 'The payload of get_nodes must be a JSON object');
  const { filter_node: names, filter_type: type, q, distinct } = written;
  if (!isAbsent(type) && type !== 'all' && type !== 'master' && type !== 'worker') {
    return refused(1728, 'filter_type must be all, master or worker');
  }
  const wanted = typeof names === 'string' ? [names] : names;
  if (!isAbsent(names) && !isTexts(wanted)) return refused(1730, 'filter_node must be a name or a list of names');
  if (!isAbsent(q) && typeof q !== 'string') return refused(1407, 'q must be a text');
  const list = listOf(written);
  if (!list.ok) return list;
  return fine({
    names: isAbsent(names) ? undefined : (wanted as readonly string[]),
    type: type === 'master' || type === 'worker' ? type : undefined,
    list: { ...list.value, distinct: distinct === true, ...(typeof q === 'string' ? { q } : {}) },
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
    if (value === null) return {};
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function listOf(written: Json): Outcome<ListQuery> {
  const span = spanOf(written);
  if (!span.ok) return span;
  const sort = sortOf(written.sort);
  if (sort === undefined) return refused(1403, 'sort must be a text such as "+name,-ip"', allFields);
  const search = searchOf(written.search);
  if (search === undefined) return refused(1407, 'search must be a text');
  const select = selectOf(written.select);
  if (select === undefined) return refused(1724, 'select must be a list of fields', allFields);
  return fine({ ...span.value, ...search, sort, ...(select.length === 0 ? {} : { select }) });
}

function spanOf({ offset, limit }: Json): Outcome<Pick<ListQuery, 'offset' | 'limit'>> {
  const from = isAbsent(offset) ? 0 : offset;
  if (!isCount(from)) return refused(1400, 'offset must be a whole number from 0 on');
  if (limit === null) return fine({ offset: from });
  const most = isAbsent(limit) ? usualLimit : limit;
  if (!isCount(most)) return refused(1401, `limit must be a whole number from 1 to ${largestLimit}`);
  if (most === 0) return refused(1406);
  if (most > largestLimit) return refused(1405, String(largestLimit));
  return fine({ offset: from, limit: most });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** `+name,-ip`, a list of such, or `{fields, order}`, where the order is that of all. Undefined: none of these. */
function sortOf(value: unknown): readonly SortKey[] | undefined {
  if (isAbsent(value)) return [];
  const given = isObject(value) ? value.fields : value;
  const text = isTexts(given) ? given.join(',') : given;
  if (typeof text !== 'string') return undefined;
  if (text === '') return [];
  const isReversed = isObject(value) && value.order === 'desc';
  return parseSort(text).map(({ field, descending }) => ({
    field: field.trim(),
    descending: descending !== isReversed,
  }));
}

/** `text`, `-text` for what must not be in it, or `{value, negation}`. Undefined: none of these. */
function searchOf(value: unknown): Pick<ListQuery, 'search' | 'complementarySearch'> | undefined {
  if (isAbsent(value)) return {};
  if (typeof value === 'string') return parseSearch(value);
  if (!isObject(value) || typeof value.value !== 'string') return undefined;
  return { search: value.value, complementarySearch: value.negation === true || value.negation === 1 };
}

/** A text with commas, a list, or `{fields}`; empty: all. Undefined: none of these. */
function selectOf(value: unknown): readonly string[] | undefined {
  if (isAbsent(value)) return [];
  const given = isObject(value) ? value.fields : value;
  const fields = typeof given === 'string' ? parseSelect(given) : isTexts(given) ? given : undefined;
  return fields?.filter((field) => field !== '');
}
