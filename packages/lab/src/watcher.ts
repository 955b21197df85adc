/** Adapter: asks the master what it sees, over its control socket. */
import { type ControlClient, openControl } from '@muster/control';
import type { ClusterView } from '@muster/protocol';

export interface Watcher {
  /** Undefined while the master cannot be asked. */
  look(): Promise<ClusterView | undefined>;
  close(): void;
}

/** Milliseconds for one answer: a view that is older is not live. */
const patienceMs = 2_000;

export function openWatcher(root: string): Watcher {
  let client: ControlClient | undefined;
  const drop = (): undefined => {
    client?.close();
    client = undefined;
    return undefined;
  };
  return {
    look: async () => {
      try {
        client ??= await openControl(root, patienceMs);
        return await client.cluster();
      } catch {
        // It starts, stops or is being restarted: the next look tries again with a new connection.
        return drop();
      }
    },
    close: drop,
  };
}
