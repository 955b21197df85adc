/** Parameters of an address: their forms, and how they are read. */

import { type ListQuery, parseSearch, parseSelect, parseSort } from '@muster/list-query';
import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { HttpError } from '../api-error.ts';

const text = (description: string, maxLength = 2_048) => Type.Optional(Type.String({ maxLength, description }));

/** Of every list. `limit` is 500 unless given, as in the reference. */
export const listParameters = {
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Rows to leave out' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100_000, description: 'Rows at most, 1 to 100,000; 500 by default' }),
  ),
  sort: text('Fields, + or - before them: `-type,+name`'),
  search: text('Text in any field; `-text` for the rows without it', 256),
};
export const select = { select: text('Fields to show, with commas') };
export const selecting = {
  ...select,
  q: text('Query: `name=worker1;type=worker`, operators = != < > ~, `;` and, `,` or, parentheses'),
  distinct: Type.Optional(Type.Boolean({ description: 'What is the same, once' })),
};
export const nodesList = { nodes_list: text('Names of nodes, with commas; all by default', 65_536) };

/** What lists are asked for, as it is written. */
export interface ListWish {
  readonly offset?: number;
  readonly limit?: number;
  readonly sort?: string;
  readonly search?: string;
  readonly select?: string;
  readonly q?: string;
  readonly distinct?: boolean;
}

/** The same as `list-query` takes it. */
export function listQuery(query: ListWish): ListQuery {
  const { offset, limit = 500, sort, search, select, q, distinct } = query;
  return {
    ...{ offset, limit, q, distinct },
    ...(sort === undefined || sort === '' ? {} : { sort: parseSort(sort) }),
    ...(search === undefined ? {} : parseSearch(search)),
    ...(select === undefined || select === '' ? {} : { select: parseSelect(select) }),
  };
}

/** `a,b`; undefined: all. */
export const namesIn = (list: string | undefined): readonly string[] | undefined =>
  list === undefined || list === '' ? undefined : [...new Set(list.split(',').map((name) => name.trim()))];

/** Taken by every route. */
const common = ['pretty', 'wait_for_complete'];

/** `raw` as `schema` has it: texts to numbers and booleans. Throws an `HttpError` 400 that names the parameter and what is allowed. */
export function readQuery<Query extends TObject>(schema: Query, raw: Readonly<Record<string, unknown>>): Static<Query> {
  const own = Object.fromEntries(Object.entries(raw).filter(([name]) => !common.includes(name)));
  for (const [name, value] of Object.entries(own)) {
    if (typeof value !== 'string') throw new HttpError(400, `The parameter ${shown(name)} was given more than once.`);
    if (!Object.hasOwn(schema.properties, name)) {
      const names = [...Object.keys(schema.properties), ...common].join(', ');
      throw new HttpError(400, `There is no parameter ${shown(name)} here. There are: ${names}.`);
    }
    // A parameter without a value is a yes.
    if (value === '' && schema.properties[name]?.type === 'boolean') own[name] = 'true';
    if (schema.properties[name]?.type === 'string') continue;
    own[name] = Value.Convert(schema.properties[name]!, own[name]);
  }
  const [fault] = Value.Errors(schema, own);
  if (fault === undefined) return own as Static<Query>;
  const parameter = `The parameter ${shown(fault.path.slice(1))}`;
  const words = wordsOf(fault.schema);
  if (words.length > 0) throw new HttpError(400, `${parameter} is none of: ${words.join(', ')}.`);
  throw new HttpError(400, `${parameter} is not right: ${fault.message}.`);
}

/** One of these. */
export const oneOf = <Word extends string>(words: readonly Word[], description = words.join(', ')) =>
  Type.Optional(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      { description },
    ),
  );

/** The words that a parameter may be; none: it is something else. */
const wordsOf = ({ anyOf }: TSchema): readonly string[] =>
  Array.isArray(anyOf) ? anyOf.map((each: TSchema) => String(each.const)) : [];

/** Those of `list` (`a,b`), each one of `words`; undefined: all. Throws an `HttpError` 400 that names the words. */
export function wordsIn<Word extends string>(
  parameter: string,
  list: string | undefined,
  words: readonly Word[],
): readonly Word[] | undefined {
  const wanted = namesIn(list);
  const isWord = (name: string): name is Word => words.some((word) => word === name);
  const odd = wanted?.find((name) => !isWord(name));
  if (odd === undefined) return wanted?.filter(isWord);
  throw new HttpError(400, `The parameter "${parameter}" names ${shown(odd)}. There are: ${words.join(', ')}.`);
}

/** `pretty` alone, `pretty=true`. */
export const isPretty = (raw: Readonly<Record<string, unknown>>): boolean =>
  Object.hasOwn(raw, 'pretty') && raw.pretty !== 'false';

const shown = (name: string): string => JSON.stringify(name.length > 64 ? `${name.slice(0, 61)}...` : name);
