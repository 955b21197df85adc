export { type AuthdDouble, type AuthdDoubleOptions, authdDouble, remotedDouble } from './authd-double.ts';
export { type DoubleSocketsOptions, doubleSockets, type Mishap, type SocketDouble } from './double-sockets.ts';
export type { TestFramework } from './framework.ts';
export { managerCompliance } from './manager-compliance.ts';
export { type Served, serve } from './serve.ts';
export { infoOf, type ManagerStage, ownNode } from './stage.ts';
export { type WazuhDbDouble, type WazuhDbDoubleOptions, wazuhDbDouble } from './wazuh-db-double.ts';
export { type DbRow, type SyncFlag, textsOf } from './wazuh-db-rows.ts';
