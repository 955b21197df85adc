/** What people and agents do. */
import type { DeedOf } from '../plan/deed.ts';
import { drawn } from '../workload/paths.ts';
import type { Scene } from '../workload/scene.ts';
import type { SimNode } from '../world/world.ts';
import { type Agent, changedFacts } from './agent.ts';
import { addKeys, highestId, keysOf, linesOf, removeKeys, writeKeys } from './keys.ts';
import type { Population } from './population.ts';

/** A deed on agents knows them all. */
export interface AgentScene extends Scene {
  readonly agents: Population;
}

const living = ({ agents }: AgentScene): readonly Agent[] => agents.agents.filter(({ alive }) => alive);

/** Those whom the master's client.keys has, and who are ours. */
const enrolled = ({ agents, world }: AgentScene): readonly Agent[] => {
  const keys = keysOf(world.master);
  return agents.agents.filter(({ id, key }) => keys.get(id)?.key === key);
};

export const keyOf = (number: string): string =>
  Buffer.from(`key of ${number} `.padEnd(32, 'x')).toString('hex').slice(0, 64);

export function restart(scene: AgentScene, { count, how, downMs }: DeedOf<'agent-restart'>): void {
  for (const agent of drawn(scene.dice, living(scene), count)) {
    scene.agents.stop(agent, how);
    scene.lasts(downMs, () => scene.agents.start(agent));
  }
}

export function end(scene: AgentScene, { count, how }: DeedOf<'agent-end'>): void {
  for (const agent of drawn(scene.dice, living(scene), count)) scene.agents.stop(agent, how);
}

export function move(scene: AgentScene, deed: DeedOf<'agent-move'>): void {
  const to = scene.node(deed.node);
  for (const agent of drawn(scene.dice, living(scene), deed.count)) scene.agents.move(agent, to);
}

export function flap(scene: AgentScene, { one, other, count, times, everyMs }: DeedOf<'agent-flap'>): void {
  const chosen = drawn(scene.dice, living(scene), count);
  scene.repeat(times, everyMs, (index) => {
    for (const agent of chosen) scene.agents.move(agent, scene.node(index % 2 === 0 ? other : one));
  });
}

export function news(scene: AgentScene, { count, what }: DeedOf<'agent-news'>): void {
  for (const [index, agent] of drawn(scene.dice, living(scene), count).entries()) {
    agent.facts = changedFacts(agent.facts, what, `${scene.id}.${index}`);
    scene.agents.report(agent);
  }
}

export function burst(scene: AgentScene, { count, times, everyMs }: DeedOf<'agent-burst'>): void {
  const chosen = drawn(scene.dice, living(scene), count);
  scene.repeat(times, everyMs, () => {
    for (const agent of chosen) scene.agents.report(agent);
  });
}

export function remove(scene: AgentScene, { node, by, purge, count }: DeedOf<'agent-remove'>): void {
  const chosen = drawn(scene.dice, enrolled(scene), count);
  if (by !== 'request') return removeKeys(scene.world.master, new Set(chosen.map(({ id }) => id)), by === 'mark');
  for (const { id } of chosen) asked(scene, scene.node(node), { type: 'remove-agent', id, purge });
}

export function gone(scene: AgentScene, { percent }: DeedOf<'agents-gone'>): void {
  const { master } = scene.world;
  const lines = linesOf(master);
  const taken = new Set(drawn(scene.dice, lines, Math.ceil((lines.length * percent) / 100)));
  writeKeys(
    master,
    lines.filter((line) => !taken.has(line)),
  );
}

/** Lines that only this worker has; those agents report there as long as they are let in. */
export function strays(scene: AgentScene, deed: DeedOf<'agent-strays'>): void {
  const node = scene.node(deed.node);
  const first = highestId(node) + 5_000;
  const added = Array.from({ length: deed.count }, (_, index) => {
    const number = `${scene.id}.${index}`;
    return { id: first + index, name: `stray-${number}`, ip: 'any', key: keyOf(number) };
  });
  addKeys(node, added);
  for (const one of added) scene.agents.start(scene.agents.add(one, node));
}

export function list(scene: AgentScene, deed: DeedOf<'agent-list'>): void {
  const node = scene.node(deed.node);
  const some = scene.dice.pick(scene.world.nodes).name;
  const id = drawn(scene.dice, scene.agents.agents, 1)[0]?.id ?? 1;
  const after = 0;
  const requests: Readonly<Record<typeof deed.what, object>> = {
    all: { type: 'get-agents', after },
    'by-node': { type: 'get-agents', after, node: some },
    'by-group': { type: 'get-agents', after, group: 'default' },
    one: { type: 'get-agent', id },
  };
  asked(scene, node, requests[deed.what]);
}

/** That nobody answers is no fault. */
function asked(_scene: AgentScene, node: SimNode, request: object): void {
  node.ask(request as never).then(
    () => {},
    () => {},
  );
}
