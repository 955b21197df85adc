/** A process that records events until it is killed. Each line that it says is the newest id that it could read. Run with the built packages. */
import process from 'node:process';

const [store, path] = process.argv.slice(2);
const { openLmdbKv, openEventJournal } = await import(store);

const { kv, setAside } = await openLmdbKv(path, { maxBytes: 2 ** 30 });
if (setAside !== undefined) throw new Error(setAside.why);
// Pauses are a thousandth of what they are, so that rows are written as fast as the disk takes them.
const after = (delayMs, run) => {
  const timer = setTimeout(run, delayMs / 1_000);
  return () => clearTimeout(timer);
};
const journal = await openEventJournal(kv, { wallNow: Date.now, now: () => performance.now(), after });
journal.watch(() => process.stdout.write(`${journal.read({ last: 1 }).next}\n`));
for (let i = 0; ; i++) {
  journal.record(['joined', 'left', 'lost', 'suspect'][i % 4], `w${i}`, `event ${i}`);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
