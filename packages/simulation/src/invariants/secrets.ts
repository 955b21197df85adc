/** The cluster's key is in no log and in no byte that is sent. */
import type { LogLine, Sent } from '../happenings.ts';
import type { World } from '../world/world.ts';

export interface Secrets {
  log(line: LogLine): void;
  sent(sent: Sent): void;
}

export function openSecrets(world: World): Secrets {
  let key: string | undefined;
  let bytes: Buffer | undefined;
  const known = (): boolean => {
    if (key !== undefined) return true;
    key = world.nodes.map((node) => node.config()?.cluster.key).find((one) => one !== undefined && one !== '');
    bytes = key === undefined ? undefined : Buffer.from(key);
    return key !== undefined;
  };
  return {
    log: ({ node, text }) => {
      if (known() && text.includes(key!)) world.violate('secrets', `${node} logged the cluster's key`);
    },
    sent: ({ from, to, bytes: sent }) => {
      if (!known() || sent.length < bytes!.length) return;
      if (Buffer.from(sent.buffer, sent.byteOffset, sent.length).indexOf(bytes!) < 0) return;
      world.violate('secrets', `${from} sent the cluster's key to ${to}`);
    },
  };
}
