/** Neighbours over real sockets, with a registrar that needs no Muster: it writes client.keys of every root itself. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Enrolled, EnrolRequest, Refusal } from '../../src/enrolment-text.ts';
import { type Neighbours, openNeighbours } from '../../src/neighbours/neighbours.ts';

export interface Rig {
  readonly roots: readonly string[];
  readonly nodes: readonly Neighbours[];
  readonly warnings: readonly string[];
  readonly enrolled: ReadonlyMap<number, Enrolled>;
  /** What the registrar does next; by default it adds. */
  registrar: (request: EnrolRequest) => Promise<Enrolled | Refusal>;
  add(request: EnrolRequest): Enrolled;
  remove(id: number): void;
  close(): Promise<void>;
}

export async function openRig(count: number): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'neighbours-'));
  const roots = Array.from({ length: count }, (_, index) => join(folder, `node${index + 1}`));
  const enrolled = new Map<number, Enrolled>();
  const warnings: string[] = [];
  let nextId = 1;
  const writeKeys = (): void => {
    const text = [...enrolled.values()].map(
      ({ id, name, ip, key }) => `${String(id).padStart(3, '0')} ${name} ${ip} ${key}\n`,
    );
    for (const root of roots) {
      writeFileSync(join(root, 'etc/client.keys.new'), text.join(''));
      renameSync(join(root, 'etc/client.keys.new'), join(root, 'etc/client.keys'));
    }
  };
  for (const root of roots) mkdirSync(join(root, 'etc'), { recursive: true });
  writeKeys();
  const add = ({ name, ip }: EnrolRequest): Enrolled => {
    const agent = { id: nextId, name, ip, key: nextId.toString(16).padStart(64, '0') };
    nextId += 1;
    enrolled.set(agent.id, agent);
    writeKeys();
    return agent;
  };
  const nodes: Neighbours[] = [];
  const rig: Rig = {
    ...{ roots, nodes, warnings, enrolled, add },
    registrar: async (request) => add(request),
    remove: (id) => {
      enrolled.delete(id);
      writeKeys();
    },
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
      rmSync(folder, { recursive: true, maxRetries: 3 });
    },
  };
  for (const [index, root] of roots.entries()) {
    const settings = { root, node: `node${index + 1}`, enrolPort: 0, agentsPort: 0, keysEveryMs: 5 };
    nodes.push(
      await openNeighbours(
        settings,
        (request) => rig.registrar(request),
        (text) => warnings.push(text),
      ),
    );
  }
  return rig;
}
