/** Installs what the lockfile says and builds everything: what a machine needs that runs nodes. */
import process from 'node:process';
import { bootstrap, command } from './bootstrap.mjs';

bootstrap();
process.stdout.write(`Built. The command muster is ${command}\n`);
