/** A value of a row: JSON. */
export type RowValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly RowValue[]
  | { readonly [name: string]: RowValue };

/** One entry of a list. */
export type Row = { readonly [name: string]: RowValue };

const isObject = (value: RowValue): value is { readonly [name: string]: RowValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at `path` (`info.name`); undefined when there is none. Only own members count. */
export function valueAt(row: Row, path: string): RowValue {
  let value: RowValue = row;
  for (const part of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** Every value that is no object and no list, at any depth. */
export function* leaves(value: RowValue): Generator<string | number | boolean> {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') yield value;
  else for (const each of Object.values(value)) yield* leaves(each);
}

/** The row with the members at `paths` alone, in the row's own order. */
export function picked(row: Row, paths: readonly string[]): Row {
  const kept: Record<string, RowValue> = {};
  for (const [name, value] of Object.entries(row)) {
    if (paths.includes(name)) kept[name] = value;
    const below = paths.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
    if (!paths.includes(name) && below.length > 0 && isObject(value)) {
      const part = picked(value, below);
      if (Object.keys(part).length > 0) kept[name] = part;
    }
  }
  return kept;
}

/** Every path that the rows have, those of objects and those within them. */
export function fieldsOf(rows: readonly Row[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (row: Row, prefix: string): void => {
    for (const [name, value] of Object.entries(row)) {
      found.add(`${prefix}${name}`);
      if (isObject(value)) visit(value, `${prefix}${name}.`);
    }
  };
  for (const row of rows) visit(row, '');
  return found;
}
