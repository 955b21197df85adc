import type { Scope } from '@muster/actor';
import { BUCKET_IDS, type IdRange, MAX_AGENT_ROWS, MAX_FULL_ROWS, packBatch } from '@muster/protocol';
import { failureOf } from '../trouble.ts';
import type { AgentReporterDeps } from './agent-reporter.ts';
import type { Effect, Own, StoreWork } from './state.ts';

/** Rows that may come into one batch; `packBatch` takes as many of them as fit. */
const unsentLimits = { rows: MAX_AGENT_ROWS, fullRows: MAX_FULL_ROWS, bytes: 200 * 1024 };
/** Parts of one `check-agents`. */
const partsAtOnce = 256;
/** Agents of earlier runs that are tried once more at a start: what moved elsewhere is among them. */
const maxUnheld = 10_000;
/** Ids looked at between two breaths of the event loop. */
const surveyedAtOnce = 5_000;

type Performed = Exclude<Effect, { readonly type: 'reply' }>;

/** Everything slow runs beside the mailbox and comes back as a message. */
export function perform(effect: Performed, deps: AgentReporterDeps, scope: Scope<Own>): void {
  const { own } = deps;
  const store = (doing: StoreWork, write: () => Promise<unknown>, done: Own): void =>
    scope.run(
      write,
      () => done,
      (error) => ({ type: 'store-failed', doing, failure: failureOf(error) }),
    );
  switch (effect.type) {
    case 'observe':
      return observe(deps, scope);
    case 'count-backlog':
      return scope.send({ type: 'backlog', link: effect.link, count: own.unsentCount() });
    case 'send':
      return send(effect, deps, scope);
    case 'confirm': {
      const { link, batch, updates, outcome } = effect;
      return store('confirm', () => own.confirmed(updates, outcome), { type: 'confirmed', link, batch });
    }
    case 'store-moves': {
      const { link, number, ids } = effect;
      return store('moves', () => own.moved(ids), { type: 'moves-stored', link, number });
    }
    case 'check':
      return check(effect, deps, scope);
    case 'compare':
      return compare(effect, deps, scope);
    case 'amend': {
      const { link, gone, wanted } = effect;
      return store('amend', () => Promise.all([own.moved(gone), own.resend(wanted)]), { type: 'amended', link });
    }
    case 'resend': {
      const ids = effect.ids.filter(deps.keys.exists);
      return ids.length === 0 ? undefined : store('resend', () => own.resend(ids), { type: 'resent', ids });
    }
    case 'remove':
      return remove(effect.ids, deps, scope);
    case 'reread-keys':
      return store('reread', () => deps.keys.reread(scope.signal), { type: 'keys-read' });
    case 'survey':
      return survey(deps, scope);
    case 'mark':
      return deps.mark(effect.numbers);
    case 'wake':
      scope.after(effect.delayMs, { type: 'wake' });
      return;
    case 'report':
      return deps.report(effect.event);
  }
}

/** A fault of the manager and one of our store have different cures. */
class StoreFault extends Error {}

/** What was seen is remembered by the manager only when it is written down here. */
function observe({ observe: look, own }: AgentReporterDeps, scope: Scope<Own>): void {
  scope.run<Own>(
    async (signal) => {
      const { updates, faults, remembered, more } = await look(signal);
      const count = updates.length === 0 ? 0 : await own.observe(updates).catch(asStoreFault);
      await remembered();
      return { type: 'observed', count, faults, more };
    },
    (seen) => seen,
    (error) =>
      error instanceof StoreFault
        ? { type: 'look-failed', of: 'store', failure: failureOf(error.cause) }
        : { type: 'look-failed', of: 'manager', failure: failureOf(error) },
  );
}

function asStoreFault(cause: unknown): never {
  throw new StoreFault('writing down what was seen failed', { cause });
}

const askFailed =
  (link: number) =>
  (error: unknown): Own => ({ type: 'ask-failed', link, failure: failureOf(error) });

function send({ link, batch }: Extract<Effect, { type: 'send' }>, deps: AgentReporterDeps, scope: Scope<Own>): void {
  const { own, master, nodeTime } = deps;
  scope.run<Own>(
    async () => {
      const { updates } = own.unsent(unsentLimits);
      if (updates.length === 0) return { type: 'nothing-unsent', link };
      const { message, taken: count } = packBatch(updates, batch, nodeTime());
      const taken = await master.send(message, count);
      return { type: 'taken', link, batch, updates: updates.slice(0, count), taken };
    },
    (answer) => answer,
    askFailed(link),
  );
}

function check({ link, ranges }: Extract<Effect, { type: 'check' }>, deps: AgentReporterDeps, scope: Scope<Own>): void {
  const { own, master } = deps;
  scope.run<readonly IdRange[]>(
    async () => {
      const parts = ranges.flatMap((range) => own.split(range, Math.floor(partsAtOnce / ranges.length)));
      const asked = parts.map((part) => [part.from, part.to, own.digestOf(part)] as const);
      const differing = await master.check(asked.map(([from, to, [count, a, b]]) => [from, to, [count, a, b]]));
      return differing.flatMap((index) => parts[index] ?? []);
    },
    (differing) => ({ type: 'checked', link, differing }),
    askFailed(link),
  );
}

/** The whole bucket, for a range that lies in one. */
const bucketOf = ({ from }: IdRange): IdRange => {
  const start = Math.floor(from / BUCKET_IDS) * BUCKET_IDS;
  return { from: start, to: start + BUCKET_IDS - 1 };
};

function compare(
  { link, range }: Extract<Effect, { type: 'compare' }>,
  deps: AgentReporterDeps,
  scope: Scope<Own>,
): void {
  const bucket = bucketOf(range);
  scope.run(
    async () => deps.master.held(bucket, deps.own.held(bucket)),
    (taken) => ({ type: 'compared', link, taken }),
    askFailed(link),
  );
}

/**
 * What lies at the manager goes too; what cannot be removed there is told, and is the manager's own matter. Whoever is
 * back in client.keys by now stays, and is sent again; not what was of another agent with the same id.
 */
function remove(ids: ReadonlySet<number>, { own, forget, keys }: AgentReporterDeps, scope: Scope<Own>): void {
  scope.run<Own>(
    async (signal) => {
      const isBack = (id: number): boolean => keys.exists(id) && !keys.replaced(id);
      const gone = [...ids].filter((id) => !isBack(id));
      const back = [...ids].filter(isBack);
      if (back.length > 0) await own.resend(back);
      if (gone.length === 0) return { type: 'removed', ids, count: 0, faults: [] };
      await own.remove(gone);
      const faults = await forget(gone, signal).catch((error: unknown) => [{ at: 'manager', ...failureOf(error) }]);
      return { type: 'removed', ids, count: gone.length, faults };
    },
    (removed) => removed,
    (error) => ({ type: 'store-failed', doing: 'remove', failure: failureOf(error) }),
  );
}

/** Looks through what earlier runs left, in pieces. */
function survey({ own, keys, nextTurn }: AgentReporterDeps, scope: Scope<Own>): void {
  scope.run<Own>(
    async (signal) => {
      const strays: number[] = [];
      const unheld: number[] = [];
      let seen = 0;
      for (const id of own.ids()) {
        if (!keys.exists(id)) strays.push(id);
        else if (unheld.length < maxUnheld && own.held({ from: id, to: id }).length === 0) unheld.push(id);
        seen += 1;
        if (seen % surveyedAtOnce === 0) await nextTurn();
        if (signal.aborted) break;
      }
      return { type: 'surveyed', strays, unheld, of: seen };
    },
    (surveyed) => surveyed,
    (error) => ({ type: 'store-failed', doing: 'survey', failure: failureOf(error) }),
  );
}
