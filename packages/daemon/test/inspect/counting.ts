/** An actor that counts: what the inspector looks at in these tests. */
import { type Clock, type Parent, type Ref, spawnActor } from '@muster/actor';

export type Counted =
  | { readonly type: 'count'; readonly text?: string; readonly key?: string }
  | { readonly type: 'get-state'; readonly replyTo: Ref<unknown> };

/** Its state is how many messages it handled, and a key that nobody is to see. */
export const counting =
  (name: string, clock: Clock) =>
  (parent: Parent): Ref<Counted> =>
    spawnActor<{ readonly count: number; readonly key: string }, Counted, Counted, never>(parent, {
      name,
      clock,
      init: () => ({ count: 0, key: 'hush' }),
      decide: ({ count, key }) => ({ state: { count: count + 1, key }, effects: [] }),
      perform: () => {},
    });
