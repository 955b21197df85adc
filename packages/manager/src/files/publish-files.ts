/** On the master: what other nodes saw, as files that the manager beside us reads as if its own agents had sent them. */
import type { DiskStep, FileStat } from '@muster/tree';
import { explain } from '@muster/tree';
import { infoFileName } from '../client-keys.ts';
import type { ManagerFault, PublishedAgent } from '../manager.ts';
import { capped, ManagerError } from '../manager-error.ts';
import { renderInfoContent } from './info-content.ts';
import { contentSum, infoDirectory, type Remembered, type SeenFilesOptions } from './seen-files.ts';
import { mtimeMsOf, stampOf } from './stamp.ts';
import type { FileWriter } from './write-files.ts';

interface Wanted {
  readonly name: string;
  readonly agent: PublishedAgent;
  readonly bytes: Uint8Array;
  readonly content: Remembered;
}

/** Agents of one slice of rendering: some milliseconds. */
const agentsATurn = 250;

export type PublishFiles = (agents: readonly PublishedAgent[], signal: AbortSignal) => Promise<readonly ManagerFault[]>;

export function openPublishFiles(options: SeenFilesOptions, writer: FileWriter): PublishFiles {
  const { disk, directory, names, keys, ownNode, contents } = options;
  const pathOf = (name: string): string => `${directory}/${name}`;

  const wantedOf = async (agents: readonly PublishedAgent[], faults: ManagerFault[]): Promise<Wanted[]> => {
    const wanted = new Map<string, Wanted>();
    for (const [index, agent] of agents.entries()) {
      if (index % agentsATurn === agentsATurn - 1) await disk.turn();
      // One that never reported has no file, and those of this node its own manager writes.
      if (agent.node === ownNode || agent.status === 'never_connected') continue;
      const line = keys.of(agent.id);
      if (line === undefined) faults.push(unknownAgent(agent.id));
      else {
        const bytes = renderInfoContent(agent.info, agent.node);
        const name = infoFileName(line);
        wanted.set(name, { name, agent, bytes, content: { sum: contentSum(bytes), status: agent.status } });
      }
    }
    return [...wanted.values()];
  };

  /** Whether what stands there is to be replaced, only dated, or left. */
  const planOf = ({ name, agent, bytes, content }: Wanted, stat: FileStat | undefined): 'write' | 'date' | 'leave' => {
    if (stat === undefined) return 'write';
    const isOurs = stampOf(stat) === names.knownStamp(name);
    // Its own manager has heard the agent since: that is newer, and will be seen.
    if (!isOurs && mtimeMsOf(stat) > agent.seenMs) return 'leave';
    // Of one that has only started nothing is known, and what is there may still hold.
    const isSame = bytes.length === 0 || (isOurs && contents.get(name)?.sum === content.sum);
    if (!isSame) return 'write';
    return mtimeMsOf(stat) === agent.seenMs ? 'leave' : 'date';
  };

  const settled = ({ name, content }: Wanted, stat: FileStat, wrote: boolean): void => {
    names.own(name, stampOf(stat));
    if (wrote) contents.set(name, content);
  };

  const dateAll = async (wanted: readonly Wanted[], faults: ManagerFault[]): Promise<void> => {
    const steps = wanted.map(
      ({ name, agent }): DiskStep => ({ do: 'set-mtime', path: pathOf(name), mtimeMs: Math.floor(agent.seenMs) }),
    );
    for (const [index, outcome] of (await disk.steps(steps)).entries()) {
      const one = wanted[index]!;
      if (!outcome.ok) faults.push(fault(one.name, outcome.failure.code));
      else if (outcome.stat !== undefined) settled(one, outcome.stat, false);
    }
  };

  const writeAll = async (wanted: readonly Wanted[], faults: ManagerFault[]): Promise<void> => {
    const files = wanted.map(({ name, agent, bytes }) => ({
      path: pathOf(name),
      bytes,
      mtimeMs: Math.floor(agent.seenMs),
    }));
    for (const [index, outcome] of (await writer.write(directory, files, false)).entries()) {
      const one = wanted[index]!;
      if (outcome.ok) settled(one, outcome.stat, true);
      else faults.push(fault(one.name, outcome.failure.code));
    }
  };

  return async (agents, signal) => {
    const faults: ManagerFault[] = [];
    const wanted = await wantedOf(agents, faults);
    const stats = wanted.length === 0 ? [] : await disk.stat(wanted.map(({ name }) => pathOf(name)));
    signal.throwIfAborted();
    const plans = wanted.map((one, index) => {
      const stat = stats[index]!;
      return planOf(one, 'kind' in stat && stat.kind === 'file' ? stat : undefined);
    });
    const of = (plan: 'write' | 'date'): Wanted[] => wanted.filter((_, index) => plans[index] === plan);
    const [toDate, toWrite] = [of('date'), of('write')];
    const before = faults.length;
    if (toDate.length > 0) await dateAll(toDate, faults);
    if (toWrite.length > 0) await writeAll(toWrite, faults);
    rejectWhenNone(faults.slice(before), toDate.length + toWrite.length);
    return capped(faults);
  };
}

function rejectWhenNone(faults: readonly ManagerFault[], tried: number): void {
  const [first] = faults;
  if (first === undefined || faults.length < tried) return;
  throw new ManagerError(infoDirectory, first.code, `no agent's file can be written: ${explain(first.code)}`);
}

const fault = (name: string, code: string): ManagerFault => ({
  at: `${infoDirectory}/${name}`,
  code,
  text: `what other nodes know of this agent was not written here: ${explain(code)}`,
});

export const unknownAgent = (id: number): ManagerFault => ({
  at: `agent ${String(id).padStart(3, '0')}`,
  code: 'unknown-agent',
  text: 'it is not in client.keys (any more), so nothing was written of it',
});
