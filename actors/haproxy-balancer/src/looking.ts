/** Looks at HAProxy, and what follows from what is seen of the instance itself. Pure. */
import { adviceMs, lookBackOffMs } from './pace.ts';
import { dropped } from './settling.ts';
import {
  type Around,
  andThen,
  begin,
  type Failure,
  type Known,
  type Looked,
  type Moved,
  moved,
  report,
  type State,
  sessionsOf,
} from './state.ts';

/** Begins a look when one is due and nothing else is in flight. */
export function look(state: State, now: number): Moved {
  if (state.call !== undefined || state.lookAt > now) return moved(state);
  return begin(
    { ...state, queue: [] },
    { do: 'look', known: state.reachable ? state.instance : undefined, advise: state.adviseAt <= now },
  );
}

/** HAProxy answered. */
export function looked(state: State, seen: Looked, around: Around): Moved {
  const { instance } = seen;
  const before = wasBefore(state, seen);
  const news = before === 'same' && state.reachable ? [] : [report({ type: 'reached', ...shown(instance), before })];
  const renewed = before === 'other' ? restarted(state, around) : moved(state);
  const next: State = {
    ...renewed.state,
    instance,
    servers: seen.servers,
    reachable: true,
    seenAt: around.now,
    quietUntil: before === 'none' ? around.now + around.config.quietMs : state.quietUntil,
    disturbed: false,
    trouble: undefined,
  };
  return andThen(moved(remembered(next), ...news, ...renewed.effects), (later) => advised(later, seen.advice, around));
}

const shown = ({ pid, version }: Looked['instance']) => ({ pid, version });

function wasBefore({ instance }: State, seen: Looked): 'none' | 'same' | 'other' {
  if (instance === undefined) return 'none';
  return instance.pid === seen.instance.pid && instance.startedAt === seen.instance.startedAt ? 'same' : 'other';
}

/**
 * Another process, which has the servers of its file and no session of ours. Nothing that was known of the one before
 * holds; its agents are waited for, then balanced as after a change of members.
 */
function restarted(state: State, around: Around): Moved {
  const { now, config } = around;
  const { state: freed, effects } = dropped(state, around);
  const expected = Math.max(freed.settling?.expected ?? 0, sessionsOf(state.servers));
  const settling = { expected, atMost: new Map(), until: now + config.settleMs, startedAt: now, cuts: 0 };
  const next: State = {
    ...freed,
    settling,
    known: new Map(),
    strangers: new Map(),
    joins: new Map(),
    rests: new Map(),
    made: new Map(),
    full: { passes: 0, because: [] },
    balancedOver: undefined,
    restartsSeen: state.restartsSeen + 1,
  };
  return moved(next, ...effects);
}

/** Forgets what was known of servers that are gone, and notes which are checked. */
function remembered(state: State): State {
  const known = new Map<string, Known>();
  for (const { name, health } of state.servers) {
    const before = state.known.get(name);
    if (before !== undefined) known.set(name, health === 'unchecked' ? before : { ...before, ran: true });
  }
  return { ...state, known };
}

/** Each advice is told when it is new; what is gone is taken away, and told again should it be back. */
function advised(state: State, advice: Looked['advice'], { now, config }: Around): Moved {
  if (advice === undefined)
    return moved(state.adviseAt <= now ? { ...state, adviseAt: now + adviceMs(config) } : state);
  const before = new Set(state.advice.map(adviceKey));
  const fresh = advice.filter((one) => !before.has(adviceKey(one)));
  const next: State = { ...state, advice, adviseAt: now + adviceMs(config) };
  return moved(next, ...fresh.map(({ code, text }) => report({ type: 'advice', code, text })));
}

/** The numbers in it may be others each time: that is no news. */
const adviceKey = ({ code, text }: { readonly code: string; readonly text: string }): string =>
  `${code} ${text.replaceAll(/(?<=^|\s)\d+(?=\s|$)/g, '#')}`;

/** Nobody answered, or not as HAProxy does: told once, tried again for ever. */
export function lookFailed(state: State, { code, text }: Failure, around: Around): Moved {
  const attempts = (state.trouble?.attempts ?? 0) + 1;
  const until = around.now + lookBackOffMs(attempts);
  const { state: freed, effects } = dropped(state, around);
  const news = state.trouble === undefined ? [report({ type: 'unreachable', text })] : [];
  const trouble = { attempts, until, code, text };
  return moved({ ...freed, reachable: false, queue: [], trouble, lookAt: until }, ...news, ...effects);
}
