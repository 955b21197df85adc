/** The manager of 3.8, whose word lies in files (`reference/agent-info.md` 4 and 6). */
import { agentIdText } from '@muster/protocol';
import type { Disk, DiskStep, Owner } from '@muster/tree';
import { infoFileName } from '../client-keys.ts';
import { openHints } from '../hints.ts';
import { openInTurn } from '../in-turn.ts';
import type { Manager, ManagerFault } from '../manager.ts';
import { capped } from '../manager-error.ts';
import type { ManagerKeys } from '../manager-keys.ts';
import { type Forgotten, groupsForMs, infosForMs, openForgotten } from './forgotten.ts';
import { groupsDirectory, openGroupFiles, staysText } from './group-files.ts';
import { openPublishFiles } from './publish-files.ts';
import { infoDirectory, openSeenFiles, type SeenFilesOptions } from './seen-files.ts';
import { strangersMsOf } from './strangers.ts';
import { listEveryMs, type ManagerClock, openWatchedNames } from './watched-names.ts';
import { openFileWriter } from './write-files.ts';

export interface FilesManagerOptions {
  readonly disk: Disk;
  readonly clock: ManagerClock;
  /** Absolute path of R. */
  readonly root: string;
  readonly keys: ManagerKeys;
  /** As the manager beside us writes it into the files of its agents. */
  readonly ownNode: string;
  /** The guard before many removals takes so long, ms. Absent: 30,000. */
  readonly confirmAfterMs?: number;
  /** Whether the agent is known to report to another node: its file is ours, should it not say whose. Absent: none. */
  readonly isElsewhere?: (id: number) => boolean;
  /** The master alone makes the directories of multigroups. */
  readonly isMaster: boolean;
  /** Of what is written; absent: this process. */
  readonly owner?: Owner;
}

/**
 * Reads nothing until it is asked. Each file is given once at the start of this process, then whenever
 * it changes. What is kept of 100,000 agents is some 20 MB.
 */
export function openFilesManager(options: FilesManagerOptions): Manager {
  const { disk, clock, root, keys, ownNode, isMaster, owner } = options;
  const hints = openHints(clock);
  const directory = `${root}/${infoDirectory}`;
  const strangersMs = strangersMsOf(options.confirmAfterMs ?? 30_000);
  const names = openWatchedNames({ disk, clock, directory, at: infoDirectory, hint: hints.hint });
  const writer = openFileWriter(disk, owner);
  const shared: SeenFilesOptions = {
    disk,
    clock,
    directory,
    names,
    keys,
    strangersMs,
    ownNode,
    isMaster,
    isElsewhere: options.isElsewhere ?? (() => false),
    contents: new Map(),
    forgotten: openForgotten(clock, infosForMs),
  };
  const { seen } = openSeenFiles(shared);
  const publish = openPublishFiles(shared, writer);
  // A look amid what we write ourselves would take it for what the manager wrote.
  const inTurn = openInTurn();
  const forgottenGroups = openForgotten(clock, groupsForMs);
  const groups = openGroupFiles({
    ...{ disk, clock, keys, strangersMs, root, owner, isMaster, writer },
    forgotten: forgottenGroups,
  });
  const groupHints = openGroupHints(disk, `${root}/${groupsDirectory}`, hints.hint);
  /** A listing is due then; a watch that could not be set is tried again. */
  const everyMinute = (): void => {
    cancel = clock.after(listEveryMs, everyMinute);
    groupHints.retry();
    hints.hint();
  };
  let cancel = clock.after(listEveryMs, everyMinute);
  return {
    kind: 'files',
    seen: (signal) => inTurn(() => seen(signal)),
    watch: (changed) => {
      groupHints.retry();
      return hints.watch(changed);
    },
    publish: (agents, signal) => inTurn(() => publish(agents, signal)),
    forget: (ids) => inTurn(() => forget(shared, forgottenGroups, root, ids)),
    ...groups,
    close: () => {
      cancel();
      hints.close();
      names.close();
      groupHints.close();
      return Promise.resolve();
    },
  };
}

/** A worker's manager may assign groups itself, to an agent that is new. */
function openGroupHints(disk: Disk, directory: string, hint: () => void): { retry(): void; close(): void } {
  let watch: { close(): void } | undefined;
  let closed = false;
  return {
    retry: () => {
      if (watch !== undefined || closed) return;
      try {
        watch = disk.watch(directory, hint, () => {
          watch = undefined;
          hint();
        });
      } catch (error) {
        // Not there, or no watch left: whoever uses it polls too.
        if ((error as { code?: unknown }).code === undefined) throw error;
      }
    },
    close: () => {
      closed = true;
      watch?.close();
    },
  };
}

/** The files of statuses are those of the names that the id's agents had, unless another agent has one now. */
async function forget(
  options: SeenFilesOptions,
  forgottenGroups: Forgotten,
  root: string,
  ids: readonly number[],
): Promise<readonly ManagerFault[]> {
  const { disk, directory, keys, contents, forgotten } = options;
  const steps: DiskStep[] = [];
  for (const id of ids) {
    // The groups of one who has the id now are its own: who removes and adds agents sees to that.
    if (keys.has(id)) lookAgain(options, id);
    else {
      forgottenGroups.add(agentIdText(id));
      steps.push({ do: 'unlink', path: `${root}/${groupsDirectory}/${agentIdText(id)}` });
    }
    for (const name of new Set(keys.gone(id).map(infoFileName))) {
      if (keys.byFileName(name) !== undefined) continue;
      contents.delete(name);
      forgotten.add(name);
      steps.push({ do: 'unlink', path: `${directory}/${name}` });
    }
  }
  const outcomes = steps.length === 0 ? [] : await disk.steps(steps);
  return capped(
    outcomes.flatMap((outcome): readonly ManagerFault[] => {
      if (outcome.ok || outcome.failure.code === 'ENOENT') return [];
      const { code, path } = outcome.failure;
      return [{ at: path.slice(root.length + 1), code, text: staysText(code) }];
    }),
  );
}

/** What this node's manager said of the agent that has the id now went with what was known of the one before: it is given again. */
function lookAgain({ keys, names, contents }: SeenFilesOptions, id: number): void {
  const line = keys.of(id);
  const name = line === undefined ? '' : infoFileName(line);
  if (contents.get(name)?.isOwn !== true) return;
  contents.delete(name);
  names.touchAgain(name);
}
