import { nodeNamePattern } from '@muster/protocol';
import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { musterOptionList } from './muster-table.ts';
import { defaultOf, nodeOverrides, type Option } from './option.ts';
import { durationPattern, sizePattern } from './quantity.ts';

const strict = { additionalProperties: false } as const;

function schemaOf(option: Option): TSchema {
  const initial = defaultOf(option);
  const about = { description: option.about, ...(initial === undefined ? {} : { default: initial }) };
  switch (option.kind) {
    case 'duration':
      return Type.Union(
        [
          Type.String({ pattern: durationPattern }),
          Type.Number({ minimum: option.min / 1000, maximum: option.max / 1000 }),
        ],
        about,
      );
    case 'size':
      return Type.Union(
        [Type.String({ pattern: sizePattern }), Type.Integer({ minimum: option.min, maximum: option.max })],
        about,
      );
    case 'integer':
      return Type.Integer({ minimum: option.min, maximum: option.max, ...about });
    case 'choice':
      return Type.Union(
        option.choices.map((choice) => Type.Literal(choice)),
        about,
      );
    case 'account':
      return Type.Union(
        [Type.String({ minLength: 1, maxLength: 256 }), Type.Integer({ minimum: 0, maximum: 4_294_967_294 })],
        about,
      );
    case 'text':
      return Type.String({ pattern: option.pattern, minLength: 1, maxLength: option.maxLength, ...about });
    case 'secret':
      return Type.String({ minLength: 1, maxLength: option.maxLength, ...about });
    case 'list': {
      const item = Type.String({ pattern: option.pattern, minLength: 1, maxLength: option.maxLength });
      return Type.Array(item, { maxItems: option.maxItems, uniqueItems: true, ...about });
    }
    case 'nodes':
      return Type.Record(Type.String({ pattern: nodeNamePattern }), nodeSchema, { ...strict, ...about });
  }
}

const { address, port, weight } = nodeOverrides;
const nodeSchema = Type.Object(
  {
    address: Type.Optional(Type.String({ pattern: address.pattern })),
    port: Type.Optional(Type.Integer({ minimum: port.min, maximum: port.max })),
    weight: Type.Optional(Type.Integer({ minimum: weight.min, maximum: weight.max })),
  },
  strict,
);

/** Nested objects out of paths: `a.b.c` -> `{ a: { b: { c } } }`. */
function objectOf(options: readonly (readonly [path: string, schema: TSchema])[]): TObject {
  const groups = new Map<string, (readonly [string, TSchema])[]>();
  for (const [path, schema] of options) {
    const [head = '', ...rest] = path.split('.');
    groups.set(head, [...(groups.get(head) ?? []), [rest.join('.'), schema]]);
  }
  const properties = [...groups].map(([name, members]) => {
    const [first] = members;
    const schema = first !== undefined && first[0] === '' ? first[1] : objectOf(members);
    return [name, Type.Optional(schema)] as const;
  });
  return Type.Object(Object.fromEntries(properties), strict);
}

/** The schema of `R/etc/muster.yaml`, a JSON Schema (2020-12) as it stands; published as `docs/muster.schema.json`. */
export const musterSchema: TObject = {
  ...objectOf(musterOptionList.map(([path, option]) => [path, schemaOf(option)])),
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Muster: R/etc/muster.yaml',
};
