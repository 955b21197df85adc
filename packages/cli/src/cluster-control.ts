#!/usr/bin/env node
/** Adapter: the process around `cluster_control`. */

// Node's answer to SIGUSR1 is a debugger, open to every user of this machine: taken before the rest is even loaded.
process.on('SIGUSR1', () => {});

const { clusterControlDeps } = await import('./cluster-control/process.ts');
const { runClusterControl } = await import('./cluster-control/run.ts');

process.exitCode = await runClusterControl(process.argv.slice(2), clusterControlDeps, process.env);
