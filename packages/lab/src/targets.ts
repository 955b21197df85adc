/** The files that the verification works on, chosen from what the master has, so that any `--from` will do. */
export interface Targets {
  readonly edited: string;
  readonly added: string;
  readonly deleted: string;
  readonly renamed: { readonly from: string; readonly to: string };
  /** On a worker: a file of the master's that is changed, one that is deleted, and one that is no file of the master's. */
  readonly workerEdited: string;
  readonly workerDeleted: string;
  readonly workerAdded: string;
}

/** Undefined when there are fewer than five files to choose from. Paths are relative to R. */
export function chooseTargets(paths: readonly string[]): Targets | undefined {
  const own = paths.filter((path) => /^etc\/(rules|decoders|lists)\//.test(path)).sort();
  const [edited, deleted, renamed, workerEdited, workerDeleted] = own;
  if (!edited || !deleted || !renamed || !workerEdited || !workerDeleted) return undefined;
  return {
    edited,
    added: 'etc/lists/added-by-the-lab',
    deleted,
    renamed: { from: renamed, to: `${renamed.slice(0, renamed.lastIndexOf('/'))}/renamed-by-the-lab.xml` },
    workerEdited,
    workerDeleted,
    workerAdded: 'etc/rules/stray-on-a-worker.xml',
  };
}
