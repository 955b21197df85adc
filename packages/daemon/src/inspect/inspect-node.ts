/** The inspector's answers of one node, and where it is logged what an operator did. */
import type { ActorSystem } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { Platform } from '../platform.ts';
import { type Inspecting, openInspecting } from '../views/inspect.ts';

export interface InspectedNode {
  readonly config: NodeConfig;
  readonly platform: Platform;
  readonly system: ActorSystem;
  /** First word of its log lines. */
  readonly tag: string;
}

/** Numbers of trace sessions begin below this. */
const firstTraces = 2 ** 31;

export function inspectNode({ config, platform, system, tag }: InspectedNode): Inspecting {
  const { clock, log, random } = platform;
  const logger = log.for(tag, 'Actors');
  return openInspecting({
    system,
    clock,
    role: config.cluster.nodeType,
    firstTrace: () => Math.floor(random.next() * firstTraces),
    operated: (text) => logger.info(`Operated by hand: ${text}.`),
  });
}
