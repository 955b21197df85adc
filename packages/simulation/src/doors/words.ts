/** What is asked of a node, in the words of the catalogue. */
import type { NodeOrder, NodeQuestion } from '@muster/protocol';
import type { DeedOf } from '../plan/deed.ts';
import type { Scene } from '../workload/scene.ts';
import type { SimNode } from '../world/world.ts';

type Question = DeedOf<'door-ask'>['question'];
type Order = DeedOf<'door-order'>['order'];

const plainly = ['get-health', 'get-tree', 'get-dead-letters', 'get-links', 'get-node-info', 'get-standing'] as const;
const questions = [...plainly, 'get-actor', 'get-logs', 'get-metrics'] as const;

export function questionOf(scene: Scene, node: SimNode, wanted: Exclude<Question, 'get-healthcheck'>): NodeQuestion {
  const { dice } = scene;
  const type = wanted === 'any' ? dice.pick(questions) : wanted;
  switch (type) {
    case 'get-actor':
      return { type, path: actorOf(scene, node) };
    case 'get-logs':
      return { type, log: dice.pick(['manager', 'cluster']), offset: 0, limit: 50 };
    default:
      return { type };
  }
}

/** Messages that actors take by hand, and one that none does. */
const tells = [
  ['/keep-alive', { type: 'status-changed' }],
  ['/integrity', { type: 'dirty', directories: ['etc/rules'] }],
  ['/agent-info', { type: 'differ' }],
  ['/own-agents', { type: 'changed' }],
  ['/agent-groups', { type: 'manager-changed' }],
] as const;
const asks = [
  ['/keep-alive', { type: 'get-nodes' }],
  ['/integrity', { type: 'get-state' }],
  ['/file-sync', { type: 'get-state' }],
  ['/cluster-socket', { type: 'get-state' }],
  ['/agent-info', { type: 'get-state' }],
  ['/links/dialer', { type: 'get-link' }],
  ['/links/node:master', { type: 'probe' }],
] as const;

export function orderOf(scene: Scene, node: SimNode, type: Order): NodeOrder {
  const { dice } = scene;
  switch (type) {
    case 'crash-actor':
    case 'restart-actor':
      return { type, path: actorOf(scene, node) };
    case 'bench-actor':
      return { type, path: actorOf(scene, node), count: dice.pick([1, 10, 100]) };
    case 'set-log-level':
      return { type, level: dice.pick(['debug2', 'debug', 'info', 'warning', 'error', 'critical']) };
    case 'tell-actor':
    case 'ask-actor': {
      const [path, message] = dice.pick<readonly [string, object]>(type === 'tell-actor' ? tells : asks);
      return { type, path, message: JSON.stringify(message) };
    }
    case 'misspelt':
      return { type: 'tell-actor', path: actorOf(scene, node), message: '{"type":"nothing of the kind"}' };
  }
}

/** One that runs on the node now; those of the invariants are none of its own. */
function actorOf({ dice }: Scene, node: SimNode): string {
  const actors = node
    .running()
    ?.system.inspect()
    .filter(({ kind, status, path }) => kind === 'actor' && status === 'running' && !path.startsWith('/probes/'));
  return actors === undefined || actors.length === 0 ? '/nobody' : dice.pick(actors).path;
}
