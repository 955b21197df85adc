export { readConfig } from './adapters/config-file.ts';
export { keyFingerprint } from './beside/fingerprint.ts';
export { composeMaster } from './compose-master.ts';
export { composeWorker } from './compose-worker.ts';
export { type ExitCode, exitCodes } from './exit-codes.ts';
export type { RunningNode } from './node-core.ts';
export type { HostPort, Platform, ProcessPort } from './platform.ts';
export { type DaemonOptions, runDaemon } from './run-daemon.ts';
export { version } from './version.ts';
