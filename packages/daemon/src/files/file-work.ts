/** Counts what is done with a node's files, for its health: whoever doubts that nothing is sent or read twice can look. */
import type { FileWork } from '@muster/protocol';
import type { ReplicationResult, ScanResult } from '@muster/tree';

export interface FileWorkCounter {
  scanned(result: ScanResult): void;
  replicated(result: ReplicationResult): void;
  /** Since the start of the node; restarts of actors change nothing. */
  read(): FileWork;
}

export function countFileWork(): FileWorkCounter {
  let work: FileWork = { scans: 0, hashed: 0, replications: 0, written: 0, removed: 0, writtenBytes: 0 };
  return {
    scanned: ({ hashed }) => {
      work = { ...work, scans: work.scans + 1, hashed: work.hashed + hashed };
    },
    replicated: ({ written, removed, bytes }) => {
      work = {
        ...work,
        replications: work.replications + 1,
        written: work.written + written,
        removed: work.removed + removed,
        writtenBytes: work.writtenBytes + bytes,
      };
    },
    read: () => work,
  };
}
