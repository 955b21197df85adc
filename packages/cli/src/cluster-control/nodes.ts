/** `cluster_control -l`. Pure. */
import { printable } from '@muster/render';
import { paddedLines, ruleFor } from './table.ts';

/** A node that is connected. */
export interface NodeLine {
  readonly name: string;
  readonly role: string;
  readonly version: string;
  readonly address: string;
}

/** The original's own limit. */
const most414 = 500;

/** In their order, the master first. All of them are there: a name that is not is an error before this. */
export function renderNodes414(nodes: readonly NodeLine[], filter: readonly string[]): string {
  const rows = named(nodes, filter)
    .slice(0, most414)
    .map(({ name, role, version, address }) => [name, role, version, address].map(printable));
  return lines(paddedLines([['NAME', 'TYPE', 'VERSION', 'ADDRESS'], ...rows]));
}

/** Sorted by name; names of the filter that there are not are listed below. */
export function renderNodes38(nodes: readonly NodeLine[], filter: readonly string[]): string {
  const rows = [...named(nodes, filter)]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, role, version, address }) => [name, address, role, version].map(printable));
  const table = [['Name', 'Address', 'Type', 'Version'], ...rows];
  const [head = '', ...body] = paddedLines(table);
  const rule = ruleFor(table);
  const missing = unknownNames(nodes, filter).map(printable).join(' ,');
  const words = missing === '' ? [] : [`The following nodes could not be found: ${missing}.`];
  return lines([rule, head, rule, ...body, rule, '', ...words]);
}

/** Names of the filter that no node has, in its order. */
export const unknownNames = (nodes: readonly NodeLine[], filter: readonly string[]): readonly string[] => [
  ...new Set(filter.filter((name) => nodes.every((node) => node.name !== name))),
];

const named = (nodes: readonly NodeLine[], filter: readonly string[]): readonly NodeLine[] =>
  filter.length === 0 ? nodes : nodes.filter(({ name }) => filter.includes(name));

const lines = (of: readonly string[]): string => `${of.join('\n')}\n`;
