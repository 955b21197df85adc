/**
 * The query language `q` of the reference's lists: `name=worker1;type=worker`.
 *
 *   either  := both (',' both)*           or
 *   both    := one (';' one)*             and, which binds tighter
 *   one     := '(' either ')' | FIELD OPERATOR VALUE
 *   OPERATOR: = != < > ~ ; ~ is "holds, whatever the case". A value ends at , ; or ).
 */
import { faultOf, type ListFault } from './fault.ts';
import { type Row, valueAt } from './fields.ts';
import { compare, textOf } from './order.ts';

export type Condition = (row: Row) => boolean;

/** Bytes are few and parentheses shallow, so that no query costs more than it is worth. */
export const maxQuery = 2_048;
const maxDepth = 16;

/** The condition that `text` says, of `fields`; or what is wrong with it. */
export function parseCondition(text: string, fields: ReadonlySet<string>): Condition | ListFault {
  const reading: Reading = { text, fields, at: 0, depth: 0 };
  if (text.length > maxQuery) return malformed(reading);
  const condition = either(reading);
  return typeof condition !== 'function' || reading.at === text.length ? condition : malformed(reading);
}

/** How far `text` has been read. */
interface Reading {
  readonly text: string;
  readonly fields: ReadonlySet<string>;
  at: number;
  depth: number;
}

const either = (reading: Reading): Condition | ListFault =>
  series(reading, ',', both, (parts) => (row) => parts.some((test) => test(row)));
const both = (reading: Reading): Condition | ListFault =>
  series(reading, ';', one, (parts) => (row) => parts.every((test) => test(row)));

function series(
  reading: Reading,
  mark: string,
  part: (reading: Reading) => Condition | ListFault,
  join: (parts: readonly Condition[]) => Condition,
): Condition | ListFault {
  const parts: Condition[] = [];
  do {
    const next = part(reading);
    if (typeof next !== 'function') return next;
    parts.push(next);
  } while (taken(reading, mark));
  return join(parts);
}

function one(reading: Reading): Condition | ListFault {
  if (!taken(reading, '(')) return comparison(reading);
  reading.depth += 1;
  if (reading.depth > maxDepth) return malformed(reading);
  const inner = either(reading);
  reading.depth -= 1;
  if (typeof inner !== 'function') return inner;
  return taken(reading, ')') ? inner : malformed(reading);
}

function comparison(reading: Reading): Condition | ListFault {
  const { text, fields, at } = reading;
  const [all = '', field = '', operator = '', value = ''] = /^([\w.-]+)([=!<>~]*)([^,;()]*)/.exec(text.slice(at)) ?? [];
  if (all === '' || operator === '') return malformed(reading);
  if (!fields.has(field)) return faultOf(1408, field, `Fields are: ${[...fields].join(', ')}.`);
  const test = operators.get(operator);
  if (test === undefined) return faultOf(1409, operator, 'Operators are: = != < > ~');
  reading.at += all.length;
  return (row) => {
    const found = valueAt(row, field);
    return found !== undefined && found !== null && test(found, value);
  };
}

function taken(reading: Reading, character: string): boolean {
  if (reading.text[reading.at] !== character) return false;
  reading.at += 1;
  return true;
}

const malformed = ({ text }: Reading): ListFault =>
  faultOf(1407, text, 'Write field=value, joined by ; (and) or , (or), with parentheses where need be.');

type Test = (found: Exclude<Row[string], undefined | null>, value: string) => boolean;

/** A number of a row is compared with the number that the text is, if it is one. */
const against: (holds: (order: number) => boolean) => Test = (holds) => (found, value) => {
  const number = typeof found === 'number' ? Number(value) : Number.NaN;
  return holds(Number.isNaN(number) ? compare(textOf(found), value) : compare(found, number));
};
const holdsText: Test = (found, value) => textOf(found).toLowerCase().includes(value.toLowerCase());

const operators: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['=', (found, value) => textOf(found) === value],
  ['!=', (found, value) => textOf(found) !== value],
  ['<', against((order) => order < 0)],
  ['>', against((order) => order > 0)],
  ['~', holdsText],
]);
