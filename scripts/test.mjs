/** `npm test`: on a fresh machine with Node and npm alone, everything that must hold. */
import { install } from './bootstrap.mjs';

install();
await import('./verify.mjs');
