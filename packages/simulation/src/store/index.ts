/** What nodes remember of agents, on simulated machines. */
export { type SimulatedStores, type StoreSurroundings, simulatedStores } from './simulated-kv.ts';
export { openStoreDisk, type StoreDisk, type StoreEvent, type StoreFailure } from './store-disk.ts';
