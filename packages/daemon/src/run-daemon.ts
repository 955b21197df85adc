/**
 * Adapter: the daemon as a process: configuration, lock, log, tree, signals, exit code.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemClock } from '@muster/actor';
import { ConfigError, describeConfigError, type NodeConfig } from '@muster/config';
import { controlSocketPath } from '@muster/control';
import { LinkError, type Transport } from '@muster/link';
import { type Log, type LogLevel, openLog } from '@muster/log';
import { readConfig } from './adapters/config-file.ts';
import { lockInstance } from './adapters/instance-lock.ts';
import { keepFiles } from './adapters/keep-files.ts';
import { openNodePlatform } from './adapters/node-platform.ts';
import { writingBelow } from './adapters/own-files.ts';
import { writePidFile } from './adapters/pid-file.ts';
import { becomeAccount, findAccount, readRights } from './adapters/privileges.ts';
import { listenToSignals, takeUserSignals } from './adapters/signals.ts';
import { endWithin, leaveUnread, stopWithinMs } from './adapters/stop-deadline.ts';
import { composeMaster } from './compose-master.ts';
import { composeWorker } from './compose-worker.ts';
import { faultInOneLine } from './config-words.ts';
import { type ExitCode, exitCodes, StartError } from './exit-codes.ts';
import { logRights, type Rights, settleOwner } from './rights.ts';
import { version } from './version.ts';

export interface DaemonOptions {
  /** R. */
  readonly root: string;
  /** `-d` given so often: 0 INFO, 1 DEBUG, 2 DEBUG2. */
  readonly debug: number;
  /** Beats `log.format` of muster.yaml. */
  readonly logFormat?: 'plain' | 'json';
  /** Keep root's rights. */
  readonly stayRoot: boolean;
}

/** Runs a node to its end. Never rejects: what went wrong is on stderr and in the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<ExitCode> {
  takeUserSignals();
  const code = await outcomeOf(options);
  leaveUnread(code);
  return code;
}

async function outcomeOf(options: DaemonOptions): Promise<ExitCode> {
  try {
    return await run({ ...options, root: resolve(options.root) });
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? describeConfigError(error) : wordsOf(error)}\n`);
    return error instanceof StartError ? error.exitCode : exitCodes.cannotStart;
  }
}

const wordsOf = (error: unknown): string => `muster: ${error instanceof Error ? error.message : String(error)}`;

async function run(options: DaemonOptions): Promise<ExitCode> {
  const config = await readConfig(options.root);
  if (config.cluster.disabled) {
    process.stderr.write(`${offWords(config)}\n`);
    return exitCodes.stopped;
  }
  const rights = readRights(!options.stayRoot && (await giveRootUp()));
  const { root } = options;
  const folder = dirname(controlSocketPath(root));
  await writingBelow(folder, () => mkdir(folder, { recursive: true, mode: 0o770 }));
  const lock = await writingBelow(folder, () => lockInstance(root));
  const log = openDaemonLog(config, options);
  const pidFile = await writingBelow(`${root}/var/run`, () => writePidFile(root));
  const main = log.for('Cluster', 'Main');
  const endKeeping = keepFiles(systemClock, [lock, pidFile], {
    restored: (path) => main.warning(`${path} was deleted or replaced; it is made anew.`),
    failed: (path, why) => main.error(`${path} is gone and cannot be made anew: ${why}`),
  });
  try {
    return await runNode(config, options, rights, log);
  } finally {
    await endKeeping();
    await pidFile.remove();
    await log.close();
    await lock.release();
  }
}

const offWords = ({ cluster, root }: NodeConfig): string =>
  cluster.absent
    ? `muster: there is no <cluster> section in ${root}/etc/ossec.conf; nothing to do.`
    : `muster: the cluster is disabled in ${root}/etc/ossec.conf (<disabled>); nothing to do.`;

/** Whether root was to be given up, and there was nobody to become. */
async function giveRootUp(): Promise<boolean> {
  const account = await findAccount(['wazuh', 'ossec']);
  if (account === undefined) return process.geteuid?.() === 0;
  becomeAccount(account);
  return false;
}

/** A level in muster.yaml beats the internal options, which beat `-d` (`reference/config.md` 5). */
const levelOf = ({ muster, debugLevel }: NodeConfig, debug: number): LogLevel =>
  muster.log.level ?? (['info', 'debug', 'debug2'] as const)[debugLevel > 0 ? debugLevel : Math.min(debug, 2)]!;

const openDaemonLog = (config: NodeConfig, { root, debug, logFormat }: DaemonOptions): Log =>
  openLog({
    root,
    format: logFormat ?? config.muster.log.format,
    level: levelOf(config, debug),
    stdout: true,
    wallNow: () => Date.now(),
  });

async function runNode(
  { muster, ...read }: NodeConfig,
  options: DaemonOptions,
  rights: Rights,
  log: Log,
): Promise<ExitCode> {
  const config = { ...read, muster: { ...muster, files: settleOwner(muster.files, rights) } };
  const main = log.for('Cluster', 'Main');
  for (const warning of config.warnings) main.warning(warning);
  main.info(
    `Muster ${version}: ${config.cluster.nodeType} "${config.cluster.nodeName}" of cluster "${config.cluster.name}".`,
  );
  logRights(main, config.cluster.nodeType, config.muster.files, rights);
  const { platform, close } = await openNodePlatform(config, log);
  const ended = openEnd();
  const signals = listenToSignals({
    stop: (signal) => {
      main.info(`SIGNAL [(${signal})] received. Exit...`);
      ended.end(exitCodes.stopped);
    },
    hangup: () => void reload(options, log),
    reopen: (signal) => {
      log.reopen();
      main.info(`SIGNAL [(${signal})] received. The log is opened anew.`);
    },
  });
  const faults = listenToFaults((text, stack) => {
    main.critical(`A fault outside every actor, the node ends: ${text}`, { stack });
    ended.end(exitCodes.gaveUp);
  });
  try {
    if (config.cluster.nodeType === 'master') await checkListening(platform.links, main.critical);
    const compose = config.cluster.nodeType === 'master' ? composeMaster : composeWorker;
    const node = await compose(config, platform, (reason) => {
      main.critical(`The node cannot be kept running and ends: ${reason}`);
      ended.end(exitCodes.gaveUp);
    });
    const code = await ended.wait;
    endWithin(stopWithinMs, () =>
      main.critical(`Not stopped after ${stopWithinMs / 1_000} s: the process ends as it is.`),
    );
    await node.stop();
    main.info('Stopped.');
    return code;
  } finally {
    signals.remove();
    faults.remove();
    await close();
  }
}

/** An address that cannot be had ends the start at once: nobody could reach the node, however often it tried. */
async function checkListening(links: Transport, critical: (text: string) => void): Promise<void> {
  try {
    const listening = await links.listen({ connection: (early) => early.destroy(), rejected: () => {} });
    await listening.close();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const taken = error instanceof LinkError && error.code === 'in-use';
    const text = taken ? `${words}. If it is the manager's own wazuh-clusterd, stop that one first` : words;
    critical(text);
    throw new StartError('CANNOT_LISTEN', `${text}.`, exitCodes.cannotStart, error);
  }
}

function openEnd() {
  let end: (code: ExitCode) => void = () => {};
  const wait = new Promise<ExitCode>((done) => {
    end = done;
  });
  return { wait, end: (code: ExitCode) => end(code) };
}

/** A throw that no supervisor sees leaves the process in a state that nobody knows: it ends, to be started again. */
function listenToFaults(fault: (text: string, stack: string | undefined) => void) {
  const caught = (error: unknown): void =>
    error instanceof Error ? fault(error.message, error.stack) : fault(String(error), undefined);
  process.on('uncaughtException', caught).on('unhandledRejection', caught);
  return { remove: () => void process.off('uncaughtException', caught).off('unhandledRejection', caught) };
}

/** What can change without a start: the level of the log, and its file, opened anew. */
async function reload(options: DaemonOptions, log: Log): Promise<void> {
  const main = log.for('Cluster', 'Main');
  log.reopen();
  try {
    const config = await readConfig(options.root);
    log.setLevel(levelOf(config, options.debug));
    main.info(`Configuration read again: log level ${log.level()}. Other options take effect at the next start.`);
  } catch (error) {
    const faults = error instanceof ConfigError ? error.faults.map(faultInOneLine) : [wordsOf(error)];
    main.error('The configuration cannot be read again, the node goes on with the old one:');
    for (const fault of faults) main.error(`Configuration: ${fault}`);
  }
}
