/** Every planted fault. A simulator that finds nothing proves nothing: each of them is to be found. */
import { actorFaults } from './actor-faults.ts';
import { agentFaults } from './agent-faults.ts';
import { doorFaults } from './door-faults.ts';
import type { PlantedFault } from './fault.ts';
import { generationFaults } from './generation-faults.ts';
import { haproxyFaults } from './haproxy-faults.ts';
import { linkFaults } from './link-faults.ts';
import { nodeFaults } from './node-faults.ts';
import { replicaFaults } from './replica-faults.ts';
import { scanFaults } from './scan-faults.ts';
import { treeFaults } from './tree-faults.ts';

export const plantedFaults: readonly PlantedFault[] = [
  ...actorFaults,
  ...linkFaults,
  ...nodeFaults,
  ...generationFaults,
  ...replicaFaults,
  ...scanFaults,
  ...treeFaults,
  ...agentFaults,
  ...haproxyFaults,
  ...doorFaults,
];
