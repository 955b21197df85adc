/** What is wrong with a `muster.yaml`, in words that never hold a secret. */
import { isNodeName } from '@muster/protocol';
import { type Findings, hiddenValue, quoted } from './fault.ts';
import { musterOptionList, musterTable, type OptionPath } from './muster-table.ts';
import { nearest } from './nearest.ts';
import { allowedOf, defaultOf, nodeOverrides, type Option } from './option.ts';

export type MusterFault = Parameters<Findings['fault']>[0];

const known = musterOptionList.map(([path]) => path);
const optionAt = (path: string): Option | undefined =>
  Object.hasOwn(musterTable, path) ? musterTable[path as OptionPath] : undefined;

/** `problem`: of the parser; what it quotes of the file may be a secret, and is left out. */
export const notYaml = (problem: string, line?: number): MusterFault => ({
  code: 3006,
  text: `muster.yaml is not YAML: ${(problem.split('\n')[0] ?? problem).replace(/: .*$/, '')}`,
  option: '',
  allowed: 'a mapping of sections to their options',
  cure: 'Mend the line (text with one of : # * & ! @ % stands in quotes), or remove the file: every option has a default.',
  ...(line === undefined ? {} : { line }),
});

/** Of a value at `parts` that is not of the schema. */
export function shapeFault(parts: readonly string[], value: unknown): MusterFault {
  const path = parts.join('.');
  const within = known.find((each) => path.startsWith(`${each}.`));
  if (within !== undefined) return partFault(within, parts, value);
  if (parts.some((part) => part.includes('.'))) return dottedFault(path, value);
  const option = optionAt(path);
  if (option !== undefined) return valueFault(path, option, value);
  const members = known.filter((each) => path === '' || each.startsWith(`${path}.`));
  return members.length > 0 ? sectionFault(path, members, value) : unknownFault(path, value);
}

export function valueFault(path: string, option: Option, value: unknown): MusterFault {
  const initial = defaultOf(option);
  const cure = option.kind === 'secret' ? 'Write such text, in quotes' : 'Write such a value';
  return {
    code: 3004,
    text: `Invalid value for ${path}`,
    option: path,
    value: shown(path, value),
    allowed: allowedOf(option),
    cure: `${cure}, or remove it${initial === undefined && isPlain(option) ? '' : ' for the default'}${initial === undefined ? '' : `, ${initial}`}.`,
  };
}

const isPlain = ({ kind }: Option): boolean =>
  kind === 'list' || kind === 'nodes' || kind === 'secret' || kind === 'text';

const sectionFault = (path: string, members: readonly string[], value: unknown): MusterFault => ({
  code: 3004,
  text: path === '' ? 'muster.yaml must hold a mapping' : `${path} must be a mapping`,
  option: path,
  value: shown(path, value),
  allowed: `a mapping with ${[...new Set(members.map((each) => nextPart(each, path)))].join(', ')}`,
  cure: 'Write its options indented below it, each as `name: value`.',
});

/** Of one item of a list, or of what is said of one node. */
function partFault(option: OptionPath, parts: readonly string[], value: unknown): MusterFault {
  const path = parts.join('.');
  const common = { code: 3004, option: path, value: shown(path, value) } as const;
  if (musterTable[option].kind !== 'nodes') {
    const allowed = (musterTable[option] as Option & { readonly kind: 'list' }).allowed;
    const number = Number(parts.at(-1)) + 1;
    return {
      ...common,
      text: `Invalid item ${number} of ${option}`,
      allowed,
      cure: 'Write such an item, or remove it.',
    };
  }
  const [node = '', name] = parts.slice(option.split('.').length);
  const names = Object.keys(nodeOverrides).join(', ');
  if (!isNodeName(node)) {
    const allowed = 'names of nodes: 1 to 64 letters (A-Z, a-z), digits, _ or -';
    return {
      ...common,
      text: `${option} has no node of the name ${quoted(node)}`,
      allowed,
      cure: 'Write <node_name>.',
    };
  }
  if (name === undefined) {
    const allowed = `a mapping with ${names}`;
    return { ...common, text: `${path} must be a mapping`, allowed, cure: 'Write `address: …` indented below it.' };
  }
  if (Object.hasOwn(nodeOverrides, name)) {
    const text = `Invalid value for ${path}`;
    return { ...common, text, allowed: allowedOf(musterTable[option]), cure: 'Write such a value, or remove it.' };
  }
  const near = nearest(name, Object.keys(nodeOverrides));
  const cure = near === undefined ? 'Remove it.' : `Did you mean ${near}? Otherwise remove it.`;
  return { ...common, text: `muster.yaml has no option ${quoted(path)}`, allowed: `of a node: ${names}`, cure };
}

/** `keep_alive.interval: 2s` in one line: the notation of the documentation, which is no YAML for a mapping. */
function dottedFault(path: string, value: unknown): MusterFault {
  const option = optionAt(path);
  if (option === undefined) return unknownFault(path, value);
  const parts = path.split('.');
  const levels = parts.slice(0, -1).map((part) => `\`${part}:\``);
  const isShown = option.kind !== 'secret' && (typeof value === 'string' || typeof value === 'number');
  const last = `\`${parts.at(-1)}: ${isShown ? withoutUser(String(value)) : '…'}\``;
  return {
    code: 3004,
    text: `${path} is written with a dot; the dots of an option are levels of the file`,
    option: path,
    value: shown(path, value),
    allowed: 'one name a level, each level indented below the one before',
    cure: `Write ${[...levels, last].join(' and below it, indented, ')}.`,
  };
}

const nextPart = (path: string, parent: string): string =>
  path.slice(parent === '' ? 0 : parent.length + 1).split('.')[0] ?? '';

function unknownFault(path: string, value: unknown): MusterFault {
  const parent = path.split('.').slice(0, -1).join('.');
  const prefix = parent === '' ? '' : `${parent}.`;
  const siblings = known.filter((each) => each.startsWith(prefix));
  const names = [...new Set(siblings.map((each) => nextPart(each, parent)))];
  const near = nearest(path.slice(prefix.length), names);
  const elsewhere = known.find((each) => each.endsWith(`.${path.slice(prefix.length)}`));
  const meant = near === undefined ? elsewhere : `${prefix}${near}`;
  return {
    code: 3004,
    text: `muster.yaml has no option ${quoted(path)}`,
    option: path,
    value: shown(path, value),
    allowed: `${parent === '' ? 'the sections' : `in ${parent}:`} ${names.join(', ')}`,
    cure: meant === undefined ? 'Remove it.' : `Did you mean ${meant}? Otherwise remove it.`,
  };
}

/** A value for showing. Of one that is a secret, may be meant as one or may hold one, only what it is. */
function shown(path: string, value: unknown): string {
  const option = optionAt(path);
  const hidden = option === undefined ? mayBeSecret(path) : option.kind === 'secret';
  if (typeof value === 'string') return hidden ? hiddenValue(value) : quoted(withoutUser(value));
  if (hidden) return value === null ? 'null' : `(a ${Array.isArray(value) ? 'list' : typeof value}, not shown)`;
  if (typeof value !== 'object' || value === null || option !== undefined) return withoutUser(quoted(value));
  return Array.isArray(value)
    ? `a list of ${value.length}`
    : `a mapping with ${Object.keys(value).join(', ') || 'nothing'}`;
}

/** A name like that of a secret, or beside one: of a password a typing error away is not shown. */
function mayBeSecret(path: string): boolean {
  const parent = path.split('.').slice(0, -1).join('.');
  const beside = musterOptionList.some(
    ([each, { kind }]) =>
      kind === 'secret' &&
      parent !== '' &&
      each.startsWith(`${parent}.`) &&
      !each.slice(parent.length + 1).includes('.'),
  );
  return beside || /pas|pw|secret|token|key/i.test(path.split('.').at(-1) ?? '');
}

/** `https://user:password@host`: what stands before the @ is not shown. */
export const withoutUser = (text: string): string => text.replaceAll(/\/\/[^/\s]*@/g, '//(not shown)@');
