/** What an operator may send an actor by hand: a closed list, each with the schema of what it takes. */
import type { Ref } from '@muster/actor';
import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';

export interface Operation {
  /** Whether it is answered. */
  readonly form: 'tell' | 'ask';
  readonly type: string;
  /** One line, for people. */
  readonly about: string;
  /** Of the whole message, as JSON; of an ask without `replyTo`. */
  readonly schema: TObject;
  /** One that the schema takes. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** Both are typed: a message that the actor does not know, or with another field than it knows, does not compile. */
export interface OperationsOf<Message> {
  readonly tell: <Type extends string, Own extends TProperties>(
    type: Type,
    about: string,
    ...fields: { readonly type: Type } & Static<TObject<Own>> extends Message
      ? readonly [own: Own, example: Static<TObject<Own>>]
      : never
  ) => Operation;
  readonly ask: <Type extends string>(
    type: { readonly type: Type; readonly replyTo: Ref<unknown> } extends Message ? Type : never,
    about: string,
  ) => Operation;
}

const schemaOf = (type: string, own: TProperties): TObject =>
  Type.Object({ type: Type.Literal(type), ...own }, { additionalProperties: false });

export const operationsOf = <Message>(): OperationsOf<Message> => ({
  tell: (type, about, ...[own, example]) => ({
    form: 'tell',
    type,
    about,
    schema: schemaOf(type, own),
    example: { type, ...(example as object) },
  }),
  ask: (type, about) => ({ form: 'ask', type, about, schema: schemaOf(type, {}), example: { type } }),
});
