/** Adapter: this machine, for `muster doctor`. */
import { systemClock } from '@muster/actor';
import { ConfigError, type NodeConfig } from '@muster/config';
import type { ControlClient } from '@muster/control';
import type { ConfigFact, Known, LocalFacts } from './facts.ts';
import { certificateFact, countDirectories, fileFact, space } from './files.ts';
import {
  clusterdProcesses,
  inContainer,
  maxWatches,
  musterRuns,
  portTaken,
  processFact,
  socketOwner,
  timeKeeper,
} from './proc.ts';
import type { DoctorDeps } from './run.ts';
import { below, clusterdPath, secretsOf } from './secrets.ts';
import { within } from './within.ts';

/** For each fact, ms: a disk that hangs is not waited for. */
const factMs = 1_500;
/** For those that are looked at last. */
const lastMs = 700;

export function processDoctor(root: string, look: (root: string) => Promise<ControlClient>): DoctorDeps {
  return {
    root,
    look: () => look(root),
    clock: systemClock,
    wallNow: () => Date.now(),
    config: () => configFact(root),
    machine: (config) => machineFacts(root, config),
    ofProcess: async (pid) => {
      const bounded = <T>(work: Promise<T>): Promise<Known<T>> => within(systemClock, lastMs, work);
      const [process, internalSocket] = await Promise.all([
        pid === undefined ? undefined : bounded(processFact(pid)),
        bounded(socketOwner(`${root}/queue/cluster/c-internal.sock`, pid)),
      ]);
      return { ...(process === undefined ? {} : { process }), internalSocket };
    },
  };
}

async function configFact(root: string): Promise<ConfigFact> {
  const { keyFingerprint, readConfig } = await import('@muster/daemon');
  try {
    const config = await readConfig(root);
    const { key, name } = config.cluster;
    return { ok: true, config, fingerprint: key === '' ? '' : keyFingerprint(key, name) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, faults: error.faults, warnings: error.warnings };
    throw error;
  }
}

async function machineFacts(
  root: string,
  config: NodeConfig | undefined,
): Promise<Omit<LocalFacts, 'process' | 'internalSocket'>> {
  const bounded = <T>(work: Promise<T>): Promise<Known<T>> => within(systemClock, factMs, work);
  const directories = config?.table.map(({ directory }) => directory) ?? [];
  const paths = [...secretsOf(config).map(([path]) => path), clusterdPath, ...directories];
  const httpApi = config?.muster.httpApi;
  const [files, disk, count, watches, keeper, container, clusterd, taken, runs, certificate] = await Promise.all([
    Promise.all(paths.map(async (path) => [path, await bounded(fileFact(below(root, path)))] as const)),
    bounded(space(root)),
    bounded(countDirectories(directories.map((path) => `${root}/${path}`))),
    bounded(maxWatches()),
    bounded(timeKeeper()),
    bounded(inContainer()),
    bounded(clusterdProcesses(root)),
    bounded(portTaken(config?.cluster.port ?? 0)),
    bounded(musterRuns(root)),
    httpApi?.enabled === true && httpApi.tls === 'yes'
      ? bounded(certificateFact(root, httpApi.certificate))
      : undefined,
  ]);
  return {
    files: new Map(files),
    ...{ disk, directories: count, maxWatches: watches, timeKeeper: keeper, clusterd, portTaken: taken, runs },
    inContainer: container.ok && container.value,
    ...(certificate === undefined ? {} : { certificate }),
  };
}
