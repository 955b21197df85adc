export type { TestFramework } from './framework.ts';
export { managerCompliance } from './manager-compliance.ts';
export { infoOf, type ManagerStage, ownNode } from './stage.ts';
