#!/usr/bin/env node
/** `npm run simulate`: builds what is not built, then runs the simulation with the same arguments. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';
import { runInForeground } from './foreground.mjs';

const main = fileURLToPath(new URL('../packages/simulation/dist/main.js', import.meta.url));

if (!existsSync(main)) process.stderr.write('For the first time: installing and building, half a minute or so …\n');
bootstrap();
runInForeground(main, process.argv.slice(2));
