/** Opens a store, says what came of it, and keeps it open until its input ends. */
import process from 'node:process';

const [store, path] = process.argv.slice(2);
const { openLmdbKv } = await import(store);
const opened = await openLmdbKv(path, { maxBytes: 2 ** 30 }).then(
  ({ kv, setAside }) => ({ kv, said: { setAside } }),
  (error) => ({ said: { code: error.code, text: error.message } }),
);
process.stdout.write(`${JSON.stringify(opened.said)}\n`);
for await (const _ of process.stdin);
await opened.kv?.close();
