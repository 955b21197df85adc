/** What nodes remember of agents, on simulated machines. */
export { openStoreDisk, type StoreDisk, type StoreFailure } from './store-disk.ts';
