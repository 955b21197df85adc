/** The document of `/openapi.json`. Pure. */
import { nodeNamePattern } from '@muster/protocol';
import type { TSchema } from '@sinclair/typebox';
import { basicError, type Route, type Shape, tokenError } from './routes/route.ts';

/** OpenAPI 3.1, whose schemas are JSON Schema as TypeBox makes them. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Muster',
      version,
      description:
        'The cluster of Wazuh managers. With Basic authentication answers have the form of the 3.x API, with a token that of 4.14.',
    },
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: { BasicError: plain(basicError), TokenError: plain(tokenError) },
    },
    paths,
  };
}

function operation(route: Route): object {
  const shapes = 'both' in route.forms ? [route.forms.both] : [route.forms.basic, route.forms.token].filter(isShape);
  const answers = shapes.map(({ answer }) => answer);
  const [first] = answers;
  const type = first?.type === 'string' ? 'text/plain' : 'application/json';
  return {
    summary: route.about,
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[/:.-]+(\w)/g, (_all, letter: string) => letter.toUpperCase())}`,
    security: securityOf(route),
    parameters: parametersOf(route, shapes),
    responses: {
      200: {
        description: 'Done',
        content: { [type]: { schema: answers.length === 1 ? plain(first!) : { oneOf: answers.map(plain) } } },
      },
      default: {
        description: 'Refused, in the form of the caller',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/TokenError' } },
          'application/json': { schema: { $ref: '#/components/schemas/BasicError' } },
        },
      },
    },
  };
}

const isShape = (shape: Shape | undefined): shape is Shape => shape !== undefined;

function securityOf({ access, forms }: Route): readonly object[] {
  if (access === 'anyone') return [];
  if (access === 'password') return [{ basic: [] }];
  const schemes = 'both' in forms ? ['basic', 'token'] : Object.keys(forms);
  return schemes.map((scheme) => ({ [scheme]: [] }));
}

function parametersOf({ path, forms }: Route, shapes: readonly Shape[]): readonly object[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string', pattern: nodeNamePattern },
  }));
  const names = new Set(shapes.flatMap(({ query }) => Object.keys(query.properties)));
  const inQuery = [...names].map((name) => {
    const having = shapes.filter(({ query }) => Object.hasOwn(query.properties, name));
    const { description, ...schema } = having[0]!.query.properties[name]!;
    const only =
      having.length < shapes.length && !('both' in forms)
        ? ` (${having[0] === forms.basic ? '3.x' : '4.14'} form)`
        : '';
    return {
      name,
      in: 'query',
      required: false,
      description: `${description ?? name}${only}`,
      schema: plain(schema as TSchema),
    };
  });
  const pretty = { name: 'pretty', in: 'query', description: 'Indented by 3', schema: { type: 'boolean' } };
  return [...inPath, ...inQuery, pretty];
}

/** Without the symbols of TypeBox. */
const plain = (schema: TSchema): object => JSON.parse(JSON.stringify(schema));
