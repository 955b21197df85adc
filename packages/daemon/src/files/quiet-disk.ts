/** Runs `work` so that `quiet` resolves only between its runs: who looks at the disk meanwhile would see it half done. */
export interface QuietDisk {
  writing<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is written; at once, mostly. */
  quiet(): Promise<void>;
}

export function openQuietDisk(): QuietDisk {
  let last: Promise<unknown> = Promise.resolve();
  return {
    writing: (work) => {
      const run = work();
      const ended = run.then(
        () => undefined,
        () => undefined,
      );
      last = Promise.all([last, ended]);
      return run;
    },
    quiet: async () => {
      for (let seen: unknown; seen !== last; ) {
        seen = last;
        await last;
      }
    },
  };
}
