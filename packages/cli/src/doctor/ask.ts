/** What the running node says of itself and of the others; nobody who hangs is waited for. */
import type { Clock } from '@muster/actor';
import type { ControlClient } from '@muster/control';
import type { NodeName } from '@muster/protocol';
import { type Answered, type Known, type Running, unknown } from './facts.ts';
import { within } from './within.ts';

export interface AskDeps {
  /** Rejects with a `ControlError`. */
  readonly look: () => Promise<ControlClient>;
  readonly clock: Clock;
}

/** For one question, ms: a view's own deadline at the node is 1.2 s. */
const questionMs = 1_300;
/** For all nodes together, ms. */
const nodesMs = 1_500;
/** Questions at once: half of what one client may. */
const atOnce = 8;

export async function askNode(deps: AskDeps): Promise<Known<Running>> {
  const opened = await within(deps.clock, questionMs, deps.look());
  if (!opened.ok) return opened;
  const client = opened.value;
  try {
    const ask = <T>(answer: Promise<T>): Promise<Known<T>> => within(deps.clock, questionMs, answer);
    const [health, cluster] = await Promise.all([ask(client.health()), ask(client.cluster())]);
    if (!health.ok) return health;
    const { node, balancers = [] } = health.value;
    const names = cluster.ok
      ? cluster.value.nodes.filter(({ liveness }) => liveness !== 'left' && liveness !== 'down').map(({ name }) => name)
      : [node];
    const [infos, links, balance] = await Promise.all([
      askAll(deps.clock, client, names, node),
      ask(client.at().links()),
      balancers.length === 0 ? undefined : ask(client.balance()),
    ]);
    const running = { health: health.value, cluster, infos, links };
    return { ok: true, value: balance === undefined ? running : { ...running, balance } };
  } finally {
    client.close();
  }
}

/** Those that were not reached in time for all are not asked any more. */
async function askAll(clock: Clock, client: ControlClient, names: readonly NodeName[], own: NodeName) {
  const left = [...names];
  const infos = new Map<NodeName, Known<Answered>>(names.map((name) => [name, unknown('there was no time to ask it')]));
  const until = clock.now() + nodesMs;
  const askNext = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const beginMs = clock.now();
      const leftMs = Math.min(questionMs, until - beginMs);
      if (leftMs <= 0) return;
      const answer = await within(clock, leftMs, client.at(name === own ? undefined : name).nodeInfo());
      infos.set(name, answer.ok ? { ok: true, value: { info: answer.value, tookMs: clock.now() - beginMs } } : answer);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askNext));
  return infos;
}
