/** Installs what the lockfile says and builds everything: what a machine needs that runs nodes. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { bootstrap, root } from './bootstrap.mjs';

bootstrap();
const command = join(root, 'packages/cli/dist/main.js');
// tsc writes files that may not be run.
chmodSync(command, 0o755);
process.stdout.write(`Built. The command muster is ${command}\n`);
