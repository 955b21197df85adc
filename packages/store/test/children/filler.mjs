/** Writes rows until the disk refuses; says how many resolved and what was refused, and then whether it still reads. */
import process from 'node:process';

const [store, path] = process.argv.slice(2);
const { openLmdbKv } = await import(store);
const { kv } = await openLmdbKv(path, { maxBytes: 2 ** 30 });
const key = (number) => new TextEncoder().encode(String(number).padStart(6, '0'));
let count = 0;
let refused;
while (refused === undefined && count < 5_000) {
  const number = count;
  await kv
    .write((tables) => tables('t').put(key(number), new Uint8Array(3_000).fill(number % 251)))
    .then(
      () => {
        count += 1;
      },
      (error) => {
        refused = { code: error.code, text: error.message };
      },
    );
}
// What nobody awaits would end the process by now.
await new Promise((resolve) => setImmediate(resolve));
const there = kv.table('t').get(key(count - 1)) !== undefined && kv.table('t').get(key(count)) === undefined;
process.stdout.write(JSON.stringify({ count, refused, there }));
await kv.close();
