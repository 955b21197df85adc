/** What a route is: data, from which the server, its checks and `/openapi.json` are made. */
import { type Static, type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { ApiSources } from '../deps.ts';
import type { Answer, Form } from '../envelope.ts';
import type { Caller } from '../users/authority.ts';
import type { Role } from '../users/users-file.ts';

/** A request that has been let in, and whose parameters fit. */
export interface Asked<Query extends TObject = TObject> {
  readonly sources: ApiSources;
  readonly form: Form;
  /** Undefined where anyone may ask. */
  readonly caller: Caller | undefined;
  /** Of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Static<Query>;
  readonly session: Session;
}

/** What belongs to this server and this caller. */
export interface Session {
  /** A token for the caller. */
  issue(): Promise<string>;
  /** Whether the caller may still ask: its token holds, its user is there and has its role. */
  still(): Promise<boolean>;
  /** Takes a place for one that follows; undefined: all are taken. The result gives it back, and may be called twice. */
  seat(): (() => void) | undefined;
  /** `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
}

/** One form of a route. */
export interface Shape {
  /** Besides `pretty` and `wait_for_complete`. Any other is a fault. */
  readonly query: TObject;
  readonly answer: TSchema;
  readonly handle: (asked: Asked) => Answer | Promise<Answer>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/cluster/:node/info`. */
  readonly path: string;
  /** One sentence. */
  readonly about: string;
  /** `password`: whoever gives a name and its password. */
  readonly access: 'anyone' | 'password' | Role;
  /** In which the caller says who it is; a route that lacks a form answers 404 in it. The same in both: `both`. */
  readonly forms: { readonly basic?: Shape; readonly token?: Shape } | { readonly both: Shape };
}

/** A form, its handler typed by its query. */
export const shape = <Query extends TObject>(
  query: Query,
  answer: TSchema,
  handle: (asked: Asked<Query>) => Answer | Promise<Answer>,
): Shape => ({ query, answer, handle: handle as Shape['handle'] });

/** The form of `route` that a caller gets. */
export const shapeOf = ({ forms }: Route, form: Form): Shape | undefined =>
  'both' in forms ? forms.both : forms[form];

const strict = { additionalProperties: false } as const;
/** An object of exactly these members. */
export const fields = <Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, strict);
export const nothing = fields({});

/** 3.x. */
export const basicOf = (data: TSchema): TSchema => fields({ error: Type.Literal(0), data });
export const basicListOf = (item: TSchema): TSchema =>
  basicOf(fields({ totalItems: Type.Integer(), items: Type.Array(item) }));
/** 4.14. */
export const tokenOf = (data: TSchema): TSchema => fields({ data, error: Type.Literal(0) });
export const tokenListOf = (item: TSchema): TSchema =>
  fields({
    data: fields({
      affected_items: Type.Array(item),
      total_affected_items: Type.Integer(),
      total_failed_items: Type.Integer(),
      failed_items: Type.Array(
        fields({
          error: fields({ code: Type.Integer(), message: Type.String(), remediation: Type.Optional(Type.String()) }),
          id: Type.Array(Type.String()),
        }),
      ),
    }),
    message: Type.String(),
    error: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)]),
  });

/** A refusal, in each form. */
export const basicError = fields({ error: Type.Integer(), message: Type.String() });
export const tokenError = fields({
  title: Type.String(),
  detail: Type.String(),
  remediation: Type.Optional(Type.String()),
  error: Type.Optional(Type.Integer()),
});
