/** A plan as text, and back. */
import { managerKinds, noAgents } from './agents.ts';
import { type Deed, type DeedKind, deedFields, deedKinds } from './deed.ts';
import {
  amount,
  type Field,
  type Fields,
  flag,
  list,
  orElse,
  PlanError,
  record,
  shape,
  text,
  whole,
  word,
} from './field.ts';
import { noHaproxy } from './haproxy.ts';
import { isNode, nodesOf } from './of-nodes.ts';
import type { Plan } from './plan.ts';

/** Raised when a plan of before cannot be read any more. */
const format = 1;

/** One line; equal plans give equal text. */
export const planToJson = (plan: Plan): string => JSON.stringify({ format, ...plan });

/** Throws a `PlanError` that names the place and what is wrong there. */
export function planFromJson(json: string): Plan {
  const { format: written, ...rest } = parsed(json);
  if (written !== format) throw new PlanError(`plan.format must be ${format}, and is ${JSON.stringify(written)}`);
  const plan = planField(rest, 'plan');
  checkIds(plan.deeds);
  checkNodes(plan);
  return plan;
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new PlanError(`the plan is not JSON: ${(error as Error).message}`);
  }
  throw new PlanError('plan must be an object');
}

const ms = amount(0, 1e12);
const chance = amount(0, 1);
const span = shape({ minMs: ms, maxMs: ms });

const settings = shape({
  seed: whole(0, 2 ** 32 - 1),
  workers: whole(1, 8),
  files: whole(0, 1_000_000),
  musterYaml: text,
  healWithinMs: ms,
  lateTurns: shape({ chance, maxMs: ms }),
  skewMs: record(amount(-1e12, 1e12)),
});

const climate = shape({
  disk: shape({
    latency: shape({ minMs: ms, maxMs: ms, perFileMs: ms }),
    yieldAfterStep: chance,
    hints: shape({ maxLateMs: ms, lost: chance, twice: chance, queued: whole(0, 1_000_000) }),
  }),
  network: shape({ latency: span, bandwidth: amount(0.001, 1e12), handshake: span, split: chance }),
  driftMs: record(amount(-1_000, 1_000)),
});

const deedShapes: Readonly<Record<string, Field<unknown>>> = Object.fromEntries(
  deedKinds.map((kind) => [kind, shape({ id: text, atMs: ms, kind: word([kind]), ...(deedFields[kind] as Fields) })]),
);

const deed: Field<Deed> = (value, at) => {
  const kind = (value as { readonly kind?: DeedKind } | null)?.kind;
  const known = typeof kind === 'string' && Object.hasOwn(deedShapes, kind) ? deedShapes[kind] : undefined;
  if (known === undefined) throw new PlanError(`${at}.kind must be a kind of deed, and is ${JSON.stringify(kind)}`);
  return known(value, at) as Deed;
};

const agents = shape({
  count: whole(0, 10_000),
  managers: record(word(managerKinds)),
  authd: flag,
  notifyMs: ms,
  disconnectMs: ms,
  alive: chance,
  grouped: chance,
});

const haproxy = shape({
  agents: whole(0, 10_000),
  weights: record(whole(1, 256)),
  excluded: list(text),
  tolerance: chance,
  frequencyMs: ms,
  stabilityMs: ms,
  removeAfterMinutes: whole(0, 1_000_000),
  pollMs: ms,
  persisted: flag,
  late: chance,
  shy: chance,
});

const planField: Field<Plan> = shape({
  settings,
  climate,
  agents: orElse(agents, noAgents),
  haproxy: orElse(haproxy, noHaproxy),
  starts: record(word(['empty', 'copy', 'stale'])),
  chaosMs: ms,
  deeds: list(deed),
});

function checkIds(deeds: readonly Deed[]): void {
  const seen = new Set<string>();
  let last = 0;
  for (const [index, { id, atMs }] of deeds.entries()) {
    if (seen.has(id)) throw new PlanError(`plan.deeds[${index}].id: ${id} is taken by an earlier deed`);
    if (atMs < last) throw new PlanError(`plan.deeds[${index}].atMs: earlier than the deed before it`);
    seen.add(id);
    last = atMs;
  }
}

function checkNodes({ deeds, settings: { workers } }: Plan): void {
  for (const [index, one] of deeds.entries()) {
    const stranger = nodesOf(one).find((name) => !isNode(name, workers));
    if (stranger !== undefined)
      throw new PlanError(`plan.deeds[${index}]: ${stranger} is none of master and worker1 to worker${workers}`);
  }
}
