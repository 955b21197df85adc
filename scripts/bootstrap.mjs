/**
 * What every command of the root needs first: the pinned pnpm, the packages, the build.
 * Plain JavaScript and Node's own modules only, for nothing is installed yet when it runs.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const pnpm = 'pnpm@12.20.0';
const oldestNode = [20, 19];

/** Runs a command in the root. With `quiet` its output is shown only when it fails. Exits with its code then. */
export function run(command, args, { quiet = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  if (result.status === 0) return;
  if (quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  process.stderr.write(
    `${[command, ...args].join(' ')}: ${result.error?.message ?? `exit ${result.status ?? result.signal}`}\n`,
  );
  process.exit(result.status ?? 1);
}

/** Runs pnpm, fetched by npx where this machine has none. */
export const runPnpm = (args, options) => run('npx', ['--yes', pnpm, ...args], options);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  process.stderr.write(`Muster needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

/** Installs what the lockfile says, exactly. */
export function install(options) {
  checkNode();
  runPnpm(['install', '--frozen-lockfile', '--prefer-offline'], options);
}

/** The command `muster`, once it is built. */
export const command = join(root, 'packages/cli/dist/main.js');
/** `cluster_control`. */
const second = join(root, 'packages/cli/dist/cluster-control.js');

/** Builds everything. tsc, and turbo's cache after it, write files that may not be run; the commands may. */
export function build(options) {
  runPnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], options);
  for (const path of [command, second]) chmodSync(path, 0o755);
}

/** Installs and builds, silently unless something fails. */
export function bootstrap() {
  install({ quiet: true });
  build({ quiet: true });
}
