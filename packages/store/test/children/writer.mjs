/**
 * A process that writes until it is killed: batches of statuses for a master, or what a worker sees. Each line that it
 * says is of what has resolved: the number of the batch. Run with the built packages.
 */
import process from 'node:process';
import batches from './batches.cjs';

const [store, path, kind, seedText] = process.argv.slice(2);
const { openLmdbKv, openMasterAgents, openWorkerAgents } = await import(store);

const { kv, setAside } = await openLmdbKv(path, { maxBytes: 2 ** 30 });
if (setAside !== undefined) throw new Error(setAside.why);
const seed = Number(seedText);
const write =
  kind === 'master'
    ? await openMasterAgents(kv).then((agents) => (batch) => agents.merge('w1', batch, () => true))
    : await openWorkerAgents(kv, { leastRevision: 0 }).then((agents) => (batch) => agents.observe(batch));

/** Two on their way at once, so that one may be built on what is not written. */
async function line(first) {
  for (let number = first; ; number += 2) {
    await write(batches.batchOf(seed, number));
    process.stdout.write(`${number}\n`);
  }
}
await Promise.all([line(0), line(1)]);
