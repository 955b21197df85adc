/** Whoever asked for an agent gets one at most, and the one that he was told of. */
import { enrolmentsOf, keysOf } from '../../agents/index.ts';
import type { FileChange } from '../../happenings.ts';
import { keysPath } from '../../workload/paths.ts';
import type { World } from '../../world/world.ts';

export interface Enrolments {
  file(change: FileChange): void;
}

export function openEnrolments(world: World): Enrolments {
  const { master, violate } = world;
  const path = `${master.root}/${keysPath}`;
  /** Every id that a name ever had. */
  const given = new Map<string, Set<number>>();
  const judge = (name: string, id: number): void => {
    const ids = given.get(name) ?? new Set();
    given.set(name, ids.add(id));
    if (ids.size > 1)
      violate('registered-once', `the master's client.keys has had ${name} as the agents ${[...ids].join(' and ')}`);
    const enrolment = enrolmentsOf(world).find((one) => one.name === name);
    if (enrolment?.id !== undefined && enrolment.id !== id)
      violate('registered-once', `${name} was told to be agent ${enrolment.id}, and client.keys has it as ${id}`);
  };
  return {
    file: (change) => {
      if (change.node !== master.name || change.path !== path || enrolmentsOf(world).length === 0) return;
      const asked = new Set(enrolmentsOf(world).map(({ name }) => name));
      for (const { name, id } of keysOf(master).values()) if (asked.has(name)) judge(name, id);
    },
  };
}
