/** Judges requests and answers by an OpenAPI table (`openapi-2.9.ts`, `openapi-3.4.ts`). Pure. */

export interface OpenApi {
  readonly base: string;
  /** By method and path: `GET /services/haproxy/runtime/info`. */
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

export interface Operation {
  readonly query: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  readonly body?: Schema;
  /** The body is text, not JSON. */
  readonly text?: boolean;
  readonly answers: Readonly<Record<string, AnswerSchema>>;
}

/** `reload`: the answer names a reload in its head. */
export type AnswerSchema = Schema & { readonly reload?: boolean };

export interface Schema {
  readonly ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Found {
  readonly name: string;
  readonly operation: Operation;
  /** By the names in braces, decoded. */
  readonly inPath: Readonly<Record<string, string>>;
}

/** The operation of this method and path; the path without its base. */
export function findOperation(api: OpenApi, method: string, path: string): Found | undefined {
  const parts = path.split('/');
  for (const [name, operation] of Object.entries(api.operations)) {
    const [itsMethod, template = ''] = name.split(' ');
    const inPath = itsMethod === method ? matchPath(template.split('/'), parts) : undefined;
    if (inPath !== undefined) return { name, operation, inPath };
  }
  return undefined;
}

function matchPath(template: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (template.length !== parts.length) return undefined;
  const inPath: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const name = /^\{(.+)\}$/.exec(template[index]!)?.[1];
    if (name === undefined ? part !== template[index] : part === '') return undefined;
    if (name !== undefined) inPath[name] = decodeURIComponent(part);
  }
  return inPath;
}

/** What is wrong with the query; undefined: nothing. */
export function queryFault(operation: Operation, query: URLSearchParams): string | undefined {
  for (const [name, value] of query) {
    const type = operation.query[name];
    if (type === undefined) return `${name} in query is unknown`;
    if (type === 'integer' && !/^-?\d+$/.test(value)) return `${name} in query must be an integer`;
    if (type === 'boolean' && !/^(?:true|false)$/.test(value)) return `${name} in query must be a boolean`;
  }
  const missing = operation.required?.find((name) => !query.has(name));
  return missing === undefined ? undefined : `${missing} in query is required`;
}

/** Where and how the value differs from the schema; undefined: nowhere. */
export function schemaFault(api: OpenApi, schema: Schema, value: unknown, at: string): string | undefined {
  if (schema.ref !== undefined) return schemaFault(api, api.schemas[schema.ref]!, value, at);
  switch (schema.type) {
    case 'integer':
      return numberFault(schema, value, at);
    case 'string':
      return textFault(schema, value, at);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${at} must be a boolean`;
    case 'array':
      if (!Array.isArray(value)) return `${at} must be an array`;
      return firstFault(value.map((each, index) => schemaFault(api, schema.items ?? {}, each, `${at}[${index}]`)));
    case 'object':
      return objectFault(api, schema, value, at);
    default:
      return undefined;
  }
}

const firstFault = (faults: readonly (string | undefined)[]): string | undefined =>
  faults.find((fault) => fault !== undefined);

function numberFault({ minimum, maximum }: Schema, value: unknown, at: string): string | undefined {
  if (!Number.isInteger(value)) return `${at} must be an integer`;
  const number = value as number;
  const outside = (minimum !== undefined && number < minimum) || (maximum !== undefined && number > maximum);
  return outside ? `${at} must lie in ${minimum} to ${maximum}` : undefined;
}

function textFault(schema: Schema, value: unknown, at: string): string | undefined {
  if (typeof value !== 'string') return `${at} must be a string`;
  if (schema.enum?.includes(value) === false) return `${at} must be one of ${schema.enum.join(', ')}`;
  return schema.pattern === undefined || new RegExp(schema.pattern).test(value)
    ? undefined
    : `${at} must match ${schema.pattern}`;
}

function objectFault(api: OpenApi, schema: Schema, value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} must be an object`;
  const { properties = {}, required = [] } = schema;
  const missing = required.find((name) => !(name in value));
  if (missing !== undefined) return `${at}.${missing} is required`;
  return firstFault(
    Object.entries(value).map(([name, each]) =>
      properties[name] === undefined
        ? `${at}.${name} is unknown`
        : schemaFault(api, properties[name], each, `${at}.${name}`),
    ),
  );
}

/** What is wrong with an answer; undefined: nothing. */
export function answerFault(api: OpenApi, operation: Operation, status: number, body: unknown): string | undefined {
  const schema = operation.answers[status] ?? (status >= 400 ? operation.answers.default : undefined);
  if (schema === undefined) return `${status} is no answer of it`;
  const isEmpty = schema.ref === undefined && schema.type === undefined;
  if (isEmpty) return body === undefined ? undefined : `${status} has no body`;
  return schemaFault(api, schema, body, `answer ${status}`);
}
