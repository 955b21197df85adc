import type { Scope } from '@muster/actor';
import { sameSum, unpackBatch } from '@muster/protocol';
import { failureOf } from '../trouble.ts';
import type { AgentMergerConfig, AgentMergerDeps } from './agent-merger.ts';
import type { WorkerAsk } from './messages.ts';
import { onOurTime } from './offset.ts';
import { publishNext } from './publish.ts';
import type { Effect, Own } from './state.ts';

/** Rows of a page when the store is looked through. */
const surveyedAtOnce = 1_000;

type Performed = Exclude<Effect, { readonly type: 'reply' }>;
type World = AgentMergerDeps & AgentMergerConfig & { readonly open: Set<WorkerAsk> };

/** Everything slow runs beside the mailbox and comes back as a message. */
export function perform(effect: Performed, world: World, scope: Scope<Own>): void {
  const { store, open, send, report } = world;
  switch (effect.type) {
    case 'admit':
      open.add(effect.ask);
      return;
    case 'refuse':
      open.delete(effect.ask);
      return effect.ask.answer.fail(effect.code, effect.text);
    case 'answer':
      open.delete(effect.ask);
      return effect.ask.answer.reply(effect.taken);
    case 'check':
      return check(effect, world);
    case 'compare-mark': {
      const { peer, digest } = effect;
      if (sameSum(store.digest(peer), digest)) return;
      send(peer, { type: 'agents-differ' });
      return report({ type: 'differs', peer });
    }
    case 'send-moved':
      return send(effect.to, effect.message);
    case 'report':
      return report(effect.event);
    default:
      return run(effect, world, scope);
  }
}

type Slow = Extract<
  Effect,
  { readonly type: 'merge' | 'compare' | 'judge' | 'remove' | 'publish' | 'forget' | 'reread-keys' | 'survey' }
>;

function run(effect: Slow, world: World, scope: Scope<Own>): void {
  const { store, manager, keys, publishAtOnce } = world;
  const job = (work: () => Promise<Own>): void =>
    scope.run(work, asItIs, (error) => ({ type: 'job-failed', failure: failureOf(error) }));
  const telling = (work: (signal: AbortSignal) => Promise<Own>): void =>
    scope.run(work, asItIs, (error) => ({ type: 'telling-failed', failure: failureOf(error) }));
  switch (effect.type) {
    case 'merge':
      return job(() => merge(effect, world));
    case 'compare': {
      const { range, rows } = effect.ask;
      return job(async () => ({ type: 'compared', outcome: await store.compare(effect.peer, range, new Map(rows)) }));
    }
    case 'judge':
      return job(() => judge(effect, world));
    case 'remove':
      return job(() => remove(effect.ids, world));
    case 'publish':
      return telling(async (signal) => ({ type: 'published', ...(await publishNext(world, publishAtOnce, signal)) }));
    case 'forget': {
      const { ids } = effect;
      return telling(async (signal) => ({ type: 'forgotten', ids, faults: await manager.forget([...ids], signal) }));
    }
    case 'reread-keys':
      return scope.run<Own>(
        async (signal) => {
          await keys.reread(signal);
          return { type: 'keys-read' };
        },
        asItIs,
        (error) => ({ type: 'reread-failed', failure: failureOf(error) }),
      );
    case 'survey':
      return scope.run(
        () => survey(world, scope.signal),
        asItIs,
        (error) => ({ type: 'survey-failed', failure: failureOf(error) }),
      );
  }
}

const asItIs = (message: Own): Own => message;

async function merge({ peer, ask, times, held }: Extract<Effect, { type: 'merge' }>, world: World): Promise<Own> {
  const { store, keys } = world;
  const unpacked = unpackBatch(ask.batch);
  if (!unpacked.ok) return { type: 'unreadable', text: unpacked.text };
  const updates = unpacked.rows.map((row) => onOurTime(row, times));
  const exists = (id: number): boolean => keys.exists(id) || held.has(id);
  const { moved, changed, ...outcome } = await store.merge(peer, updates, exists);
  return { type: 'merged', updates: updates.length, outcome, moved, changed: changed.length > 0 };
}

function check({ peer, ask }: Extract<Effect, { type: 'check' }>, { store, open }: World): void {
  const differing = ask.parts.flatMap(([from, to, sum], index) =>
    sameSum(store.digestOf(peer, { from, to }), sum) ? [] : [index],
  );
  open.delete(ask);
  ask.answer.reply({ type: 'agents-checked', differing });
}

async function judge({ spare, emptied }: Extract<Effect, { type: 'judge' }>, world: World): Promise<Own> {
  const now = world.nodeTime();
  const spared = (node: string): boolean => spare && !emptied.has(node);
  return { type: 'judged', ids: await world.store.judge(now - world.disconnectAfterMs, now, spared) };
}

/** Whoever is back in client.keys by now stays; not what was of another agent with the same id. */
async function remove(ids: ReadonlySet<number>, { store, keys }: World): Promise<Own> {
  const gone = [...ids].filter((id) => !keys.exists(id) || keys.replaced(id));
  return { type: 'removed', ids, gone, known: gone.length === 0 ? [] : await store.remove(gone) };
}

/** Which agents of the store are in client.keys no more. */
async function survey({ store, keys, nextTurn }: World, signal: AbortSignal): Promise<Own> {
  const strays: number[] = [];
  let after: number | undefined = 0;
  let of = 0;
  while (after !== undefined && !signal.aborted) {
    const { rows, next }: ReturnType<World['store']['page']> = store.page({ after, limit: surveyedAtOnce });
    of += rows.length;
    for (const { id } of rows) if (!keys.exists(id)) strays.push(id);
    after = next;
    await nextTurn();
  }
  return { type: 'surveyed', strays, of };
}
