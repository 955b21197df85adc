/** One step of the actor. Pure. */
import { bytesOf, type Plan, planOf } from './commands.ts';
import type { Frame } from './frame.ts';
import type { ClusterSocketMessage, ClusterSocketView } from './messages.ts';
import type { Session } from './session.ts';
import { type Client, type ClusterSocketConfig, type Effect, type Own, type State, type Step, step } from './state.ts';
import { refusal, refusalText } from './wazuh-error.ts';

export function decide(
  state: State,
  message: ClusterSocketMessage | Own,
  now: number,
  config: ClusterSocketConfig,
): Step {
  switch (message.type) {
    case 'open':
      return state.socket === 'closed' ? step({ ...state, socket: 'opening' }, [{ type: 'open-socket' }]) : step(state);
    case 'opened':
      return step({ ...state, socket: 'open', warned: undefined });
    case 'open-failed':
      return notOpened(state, message.text);
    case 'lost':
      return step({ ...state, socket: 'opening' }, [{ type: 'warn', text: lostText }, { type: 'open-socket' }]);
    case 'client':
      return arrived(state, message.id, message.session, now, config);
    case 'frame':
      return framed(state, message.id, message.frame, now, config);
    case 'client-closed':
      return left(state, message.id, message.why);
    case 'done':
      return done(state, message, config);
    case 'tick':
      return checked(state, now, config);
    case 'get-state':
      return step(state, [{ type: 'reply-view', to: message.replyTo, value: viewOf(state) }]);
  }
}

const lostText = 'The file of the cluster socket, c-internal.sock, was deleted or replaced; it is made anew.';

function notOpened(state: State, text: string): Step {
  const warn: readonly Effect[] = text === state.warned ? [] : [{ type: 'warn', text }];
  return step({ ...state, socket: 'closed', warned: text }, [...warn, { type: 'open-later' }]);
}

/** There is a place, or the longest silent of those that wait for nothing gives its own; else the new one is turned away. */
function arrived(state: State, id: number, session: Session, now: number, config: ClusterSocketConfig): Step {
  const full = state.clients.size >= config.places;
  const silent = full ? [...state.clients.values()].find(({ busy }) => busy === 0) : undefined;
  if (full && silent === undefined) {
    const text = refusalText(refusal(1000, `All ${config.places} programs here wait for an answer; try again`));
    return step(state, [{ type: 'close', session, last: { counter: 0, command: 'err', payload: bytesOf(text) } }]);
  }
  const client: Client = { id, session, aliveAt: now, busy: 0, held: false, ownCounter: undefined, asked: [] };
  const clients = new Map(state.clients).set(id, client);
  if (silent === undefined) return step({ ...state, clients });
  clients.delete(silent.id);
  return step({ ...state, clients }, [{ type: 'close', session: silent.session, last: undefined }]);
}

function left(state: State, id: number, why: string | undefined): Step {
  if (!state.clients.has(id)) return step(state);
  const clients = new Map(state.clients);
  clients.delete(id);
  if (why === undefined) return step({ ...state, clients });
  return step({ ...state, clients, cutOff: state.cutOff + 1 }, [{ type: 'report-cut', why }]);
}

/** The longest that a program may leave unconfirmed; C programs confirm nothing. */
const mostAsked = 16;

function framed(state: State, id: number, frame: Frame, now: number, config: ClusterSocketConfig): Step {
  const before = state.clients.get(id);
  if (before === undefined) return step(state);
  const { counter, command } = frame;
  const client: Client = {
    ...before,
    aliveAt: command === 'echo-c' ? now : before.aliveAt,
    ownCounter: before.ownCounter ?? (counter + 2 ** 31) % 2 ** 32,
  };
  const clients = new Map(state.clients);
  clients.delete(id);
  const counted = { ...state, clients, frames: state.frames + 1 };
  if ((command === 'ok' || command === 'err') && client.asked.includes(counter)) {
    return goOn(counted, { ...client, asked: client.asked.filter((each) => each !== counter) }, config, []);
  }
  const { next, effects } = planned(client, counter, planOf(frame, config.role));
  return goOn(counted, next, config, effects);
}

interface Planned {
  readonly next: Client;
  readonly effects: readonly Effect[];
}

function planned(client: Client, counter: number, plan: Plan): Planned {
  const { id, session } = client;
  const reply = (command: string, payload: Uint8Array): Effect => ({
    type: 'send',
    session,
    frame: { counter, command, payload },
  });
  const busier: Client = { ...client, busy: client.busy + 1 };
  switch (plan.type) {
    case 'reply':
      return { next: client, effects: [reply(plan.command, plan.payload)] };
    case 'reload':
      return { next: client, effects: [reply('ok', bytesOf('{"success": true}')), { type: 'reload' }] };
    case 'job':
      return { next: busier, effects: [{ type: 'work', id, session, counter, job: plan.job, how: plan.how }] };
    case 'later-said':
      return requested(client, plan.command, plan.payload);
  }
}

/** A request of ours, with a counter of ours. */
function requested(client: Client, command: string, payload: Uint8Array): Planned {
  const counter = client.ownCounter ?? 0;
  const asked = [...client.asked, counter].slice(-mostAsked);
  return {
    next: { ...client, asked, ownCounter: (counter + 1) % 2 ** 32 },
    effects: [{ type: 'send', session: client.session, frame: { counter, command, payload } }],
  };
}

/** Puts the client back as the last to be silent; its next frame is read unless it has too much under way. */
function goOn(state: State, client: Client, { underWay }: ClusterSocketConfig, effects: readonly Effect[]): Step {
  const held = client.busy >= underWay;
  const clients = new Map(state.clients).set(client.id, { ...client, held });
  const more: readonly Effect[] = held ? [] : [{ type: 'go-on', session: client.session }];
  return step({ ...state, clients }, [...effects, ...more]);
}

function done(
  state: State,
  { id, counter, command, payload }: Extract<Own, { readonly type: 'done' }>,
  { underWay }: ClusterSocketConfig,
): Step {
  const before = state.clients.get(id);
  if (before === undefined) return step(state);
  const freer: Client = { ...before, busy: before.busy - 1 };
  const { next, effects } = told(freer, counter, command, payload);
  const isFree = before.held && next.busy < underWay;
  const clients = new Map(state.clients).set(id, { ...next, held: before.held && !isFree });
  const more: readonly Effect[] = isFree ? [{ type: 'go-on', session: before.session }] : [];
  return step({ ...state, clients }, [...effects, ...more]);
}

function told(client: Client, counter: number | undefined, command: string, payload: Uint8Array): Planned {
  if (command === '') return { next: client, effects: [] };
  if (counter === undefined) return requested(client, command, payload);
  return { next: client, effects: [{ type: 'send', session: client.session, frame: { counter, command, payload } }] };
}

/** Drops who did not say `echo-c` for long, as the reference does. */
function checked(state: State, now: number, { silentMs }: ClusterSocketConfig): Step {
  const silent = [...state.clients.values()].filter(({ aliveAt }) => now - aliveAt > silentMs);
  if (silent.length === 0) return step(state);
  const clients = new Map(state.clients);
  for (const { id } of silent) clients.delete(id);
  return step(
    { ...state, clients },
    silent.map(({ session }) => ({ type: 'close', session, last: undefined })),
  );
}

const viewOf = ({ socket, clients, frames, cutOff }: State): ClusterSocketView => ({
  socket,
  clients: clients.size,
  frames,
  cutOff,
});
