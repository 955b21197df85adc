/**
 * Which name is held by which link: the master's only list of them. It never holds two links of one name,
 * and a name is held from before its welcome is sent until its link has closed.
 */
import type { CloseCode, NodeName } from '@muster/protocol';

/** A hello that was checked whole and now asks for its name. */
export interface Claim {
  readonly id: number;
  readonly name: NodeName;
  readonly address: string;
}

export interface Holder<L> {
  readonly claim: number;
  readonly address: string;
  /** When it was taken, or when its link opened. */
  readonly since: number;
  /** `greeting`: told it is welcome, link not yet open. `leaving`: found dead, its link is being closed. */
  readonly phase: 'greeting' | 'open' | 'leaving';
  /** Absent while greeting. */
  readonly link: L | undefined;
}

export interface Entry<L> {
  readonly holder: Holder<L>;
  /** The holder is being asked whether it lives. */
  readonly probing: boolean;
  /** Who else wants the name, in the order in which they came. */
  readonly waiting: readonly Claim[];
}

export type Registry<L> = ReadonlyMap<NodeName, Entry<L>>;

export type Verdict =
  | { readonly accept: true }
  | { readonly accept: false; readonly code: CloseCode; readonly text: string };

export type RegistryEffect<L> =
  | { readonly type: 'verdict'; readonly claim: Claim; readonly verdict: Verdict }
  | { readonly type: 'probe'; readonly name: NodeName }
  /** Close the dead `link`: `by` wants its name. */
  | {
      readonly type: 'replace';
      readonly name: NodeName;
      readonly link: L;
      readonly holder: string;
      readonly by: string;
    };

export interface Change<L> {
  readonly registry: Registry<L>;
  readonly effects: readonly RegistryEffect<L>[];
}

/** More that want one name at once are refused unheard: a name has one owner, and perhaps its successor. */
const maxWaiting = 8;

/** The registry of links that are open already. */
export const registryOf = <L>(
  links: readonly { readonly link: L; readonly name: NodeName; readonly address: string; readonly since: number }[],
): Registry<L> =>
  new Map(
    links.map(({ link, name, address, since }) => [
      name,
      { holder: { claim: 0, address, since, phase: 'open', link }, probing: false, waiting: [] },
    ]),
  );

/** A worker asks for its name. It gets its verdict now, or after the present holder was probed. */
export function claimed<L>(registry: Registry<L>, claim: Claim, ownName: NodeName, now: number): Change<L> {
  if (claim.name === ownName) {
    const text = `${claim.name} is the name of the master; give this node another <node_name>`;
    return { registry, effects: [refuse(claim, 'name-is-masters', text)] };
  }
  const entry = registry.get(claim.name);
  if (entry === undefined) return take(registry, claim, [], now);
  if (entry.waiting.length >= maxWaiting) return { registry, effects: [refuseTaken(claim, entry.holder, now)] };
  return advance(registry, claim.name, { ...entry, waiting: [...entry.waiting, claim] });
}

/** The link of a claim that was told it is welcome is open. False: the claim holds nothing, close the link. */
export function opened<L>(registry: Registry<L>, claim: number, link: L, now: number): Change<L> | undefined {
  const found = [...registry].find(([, { holder }]) => holder.claim === claim && holder.phase === 'greeting');
  if (found === undefined) return undefined;
  const [name, entry] = found;
  return advance(registry, name, { ...entry, holder: { ...entry.holder, phase: 'open', link, since: now } });
}

/** A claim came to nothing: its connection broke, or it was refused elsewhere. */
export function dropped<L>(registry: Registry<L>, claim: number, now: number): Change<L> {
  for (const [name, entry] of registry) {
    if (entry.holder.claim === claim && entry.holder.phase === 'greeting') return release(registry, name, entry, now);
    if (entry.waiting.some(({ id }) => id === claim)) {
      const waiting = entry.waiting.filter(({ id }) => id !== claim);
      return { registry: new Map(registry).set(name, { ...entry, waiting }), effects: [] };
    }
  }
  return { registry, effects: [] };
}

/** The holder of `name` answered its probe, or did not. */
export function probed<L>(registry: Registry<L>, name: NodeName, alive: boolean, now: number): Change<L> {
  const entry = registry.get(name);
  if (entry === undefined || !entry.probing) return { registry, effects: [] };
  const { holder, waiting } = entry;
  const [first] = waiting;
  if (alive || first === undefined || holder.link === undefined) {
    const rest: Entry<L> = { holder, probing: false, waiting: [] };
    return {
      registry: new Map(registry).set(name, rest),
      effects: waiting.map((claim) => refuseTaken(claim, holder, now)),
    };
  }
  const leaving: Entry<L> = { holder: { ...holder, phase: 'leaving' }, probing: false, waiting };
  return {
    registry: new Map(registry).set(name, leaving),
    effects: [{ type: 'replace', name, link: holder.link, holder: holder.address, by: first.address }],
  };
}

/** `link` has closed: its name goes to the first that waits for it. */
export function ended<L>(registry: Registry<L>, link: L, now: number): Change<L> {
  const found = [...registry].find(([, { holder }]) => holder.link === link);
  return found === undefined ? { registry, effects: [] } : release(registry, found[0], found[1], now);
}

function release<L>(registry: Registry<L>, name: NodeName, { waiting }: Entry<L>, now: number): Change<L> {
  const [first, ...rest] = waiting;
  if (first !== undefined) return take(registry, first, rest, now);
  const without = new Map(registry);
  without.delete(name);
  return { registry: without, effects: [] };
}

function take<L>(registry: Registry<L>, claim: Claim, waiting: readonly Claim[], now: number): Change<L> {
  const holder: Holder<L> = { claim: claim.id, address: claim.address, since: now, phase: 'greeting', link: undefined };
  return {
    registry: new Map(registry).set(claim.name, { holder, probing: false, waiting }),
    effects: [{ type: 'verdict', claim, verdict: { accept: true } }],
  };
}

/** Probes an open holder once somebody waits for its name. */
function advance<L>(registry: Registry<L>, name: NodeName, entry: Entry<L>): Change<L> {
  const probe = entry.holder.phase === 'open' && !entry.probing && entry.waiting.length > 0;
  return {
    registry: new Map(registry).set(name, probe ? { ...entry, probing: true } : entry),
    effects: probe ? [{ type: 'probe', name }] : [],
  };
}

function refuseTaken<L>(claim: Claim, holder: Holder<L>, now: number): RegistryEffect<L> {
  const since = Math.max(0, Math.floor((now - holder.since) / 1_000));
  return refuse(
    claim,
    'name-taken',
    `${claim.name} is already linked from ${holder.address} since ${since} s: give one of the two another <node_name>`,
  );
}

const refuse = <L>(claim: Claim, code: CloseCode, text: string): RegistryEffect<L> => ({
  type: 'verdict',
  claim,
  verdict: { accept: false, code, text },
});
