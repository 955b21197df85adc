import { Writable } from 'node:stream';
import { bearBrokenPipes } from '../src/broken-pipe.ts';

const failing = (code: string) =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: at a path`), { code })) });

test.each([
  ['EPIPE', []],
  ['ENOSPC', ['The output cannot be written: ENOSPC.\n']],
])('output that ends with %s is no fault of the command, and is told without a trace', async (code, expected) => {
  const told: string[] = [];
  const output = failing(code);
  bearBrokenPipes([output as unknown as NodeJS.WriteStream], (text) => told.push(text));
  const closed = new Promise((resolve) => output.once('close', resolve));
  output.write('x');
  await closed;
  expect(told).toEqual(expected);
});
