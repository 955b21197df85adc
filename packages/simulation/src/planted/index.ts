export type { Broken, PlantedFault } from './fault.ts';
export { nodeArgumentsFor } from './plant.ts';
export { plantedFaults } from './planted-faults.ts';
