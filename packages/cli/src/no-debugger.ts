/** Adapter: SIGUSR1 would open node's debugger to every user of this machine. Imported first, to hold from the start. */
process.on('SIGUSR1', () => {});
