/** What the fields of a plan may hold, as data: from it come the types, and the check of a plan that was read. */

/** A text is no plan. The message names the place and what is wrong there. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

/** Gives the value back, checked; throws a `PlanError` that names `at`. */
export type Field<T> = (value: unknown, at: string) => T;

/** What a table of fields makes. */
export type Fields = Readonly<Record<string, Field<unknown>>>;
export type ValueOf<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]> };

const wrong = (at: string, wanted: string, value: unknown): PlanError =>
  new PlanError(`${at} must be ${wanted}, and is ${shown(value)}`);

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60));

/** Any finite number; both bounds included. */
export const amount =
  (min: number, max: number): Field<number> =>
  (value, at) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw wrong(at, `a number from ${min} to ${max}`, value);
  };

export const whole =
  (min: number, max: number): Field<number> =>
  (value, at) => {
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    throw wrong(at, `a whole number from ${min} to ${max}`, value);
  };

export const flag: Field<boolean> = (value, at) => {
  if (typeof value === 'boolean') return value;
  throw wrong(at, 'true or false', value);
};

export const text: Field<string> = (value, at) => {
  if (typeof value === 'string') return value;
  throw wrong(at, 'a text', value);
};

export const word =
  <const T extends string>(words: readonly T[]): Field<T> =>
  (value, at) => {
    if (words.includes(value as T)) return value as T;
    throw wrong(at, `one of ${words.join(', ')}`, value);
  };

export const list =
  <T>(of: Field<T>): Field<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'a list', value);
    return value.map((item, index) => of(item, `${at}[${index}]`));
  };

/** Of any names. */
export const record =
  <T>(of: Field<T>): Field<Readonly<Record<string, T>>> =>
  (value, at) =>
    Object.fromEntries(Object.entries(asObject(value, at)).map(([name, item]) => [name, of(item, `${at}.${name}`)]));

/** What was not written has this value: plans of before lack it. */
export const orElse =
  <T>(field: Field<T>, otherwise: T): Field<T> =>
  (value, at) =>
    value === undefined ? otherwise : field(value, at);

/** Exactly these names. */
export const shape =
  <F extends Fields>(fields: F): Field<ValueOf<F>> =>
  (value, at) => {
    const object = asObject(value, at);
    const unknown = Object.keys(object).find((name) => !Object.hasOwn(fields, name));
    if (unknown !== undefined) throw new PlanError(`${at} has ${unknown}, which nobody knows`);
    const entries = Object.entries(fields).map(([name, field]) => [name, field(object[name], `${at}.${name}`)]);
    return Object.fromEntries(entries) as ValueOf<F>;
  };

function asObject(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(at, 'an object', value);
}
