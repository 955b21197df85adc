/** Which nodes a deed is about, and what is left of it when there are fewer. */
import type { Deed } from './deed.ts';
import { nodeNames } from './plan.ts';

export const isNode = (name: string, workers: number): boolean => nodeNames({ workers }).includes(name);

/** Every node that the deed names. */
export function nodesOf(deed: Deed): readonly string[] {
  if ('of' in deed) return [deed.node, deed.of];
  if ('node' in deed) return [deed.node];
  if ('left' in deed) return [...deed.left, ...deed.right];
  if ('from' in deed) return [deed.from, deed.to];
  if ('one' in deed) return [deed.one, deed.other];
  return 'name' in deed && deed.kind === 'intruder' ? [deed.name] : [];
}

/** The deed in a cluster of fewer workers; undefined when nothing of it is left. */
export function withFewer(deed: Deed, workers: number): Deed | undefined {
  const there = (name: string): boolean => isNode(name, workers);
  if (deed.kind !== 'partition') return nodesOf(deed).every(there) ? deed : undefined;
  const left = deed.left.filter(there);
  const right = deed.right.filter(there);
  return left.length > 0 && right.length > 0 ? { ...deed, left, right } : undefined;
}
