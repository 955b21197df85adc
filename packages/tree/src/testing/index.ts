export { packStat, statFields, statsOf } from '../packed.ts';
export { diskCompliance } from './disk-compliance.ts';
export type { OpenDisk, TestFramework } from './framework.ts';
