/** What goes wrong with managers and stores. */
import { kill } from '../nemesis/processes.ts';
import type { DeedOf } from '../plan/deed.ts';
import type { AgentFaultScene } from './do-agent-deed.ts';

export function neighbour(scene: AgentFaultScene, { node, which, how, probability, forMs }: DeedOf<'neighbour'>): void {
  const { faults } = scene.node(node).neighbours;
  const fault = { which, how, probability };
  faults.push(fault);
  scene.lasts(forMs, () => void faults.splice(faults.indexOf(fault), 1));
}

export function managerDown(scene: AgentFaultScene, { node, forMs }: DeedOf<'manager-down'>): void {
  scene.lasts(forMs, scene.agents.takeAway(scene.node(node)));
}

export function failingStore(
  scene: AgentFaultScene,
  { node, code, probability, forMs }: DeedOf<'failing-store'>,
): void {
  const { failures } = scene.node(node).store;
  const fault = { code, probability };
  failures.push(fault);
  scene.lasts(forMs, () => void failures.splice(failures.indexOf(fault), 1));
}

/** The n-th commit from now, of whichever process is there by then; not any more after the healing. */
export function dieAtCommit(
  scene: AgentFaultScene,
  { node: name, commits, how, downMs }: DeedOf<'die-at-commit'>,
): void {
  const node = scene.node(name);
  let left = commits;
  const ambush = (): void => {
    left -= 1;
    if (left > 0 || node.host() === undefined) return;
    node.store.ambushes.delete(ambush);
    scene.service.nextDown(node, downMs);
    if (how === 'kill') node.kill();
    else node.losePower();
  };
  node.store.ambushes.add(ambush);
}

export function damagedStore(scene: AgentFaultScene, deed: DeedOf<'damaged-store'>): void {
  const node = scene.node(deed.node);
  kill(scene, { ...deed, kind: 'kill' });
  node.store.damage(deed.how);
}
