import { type Envelope, encodeDataHeader, encodeEnvelope } from '@muster/protocol';
import fc from 'fast-check';
import { listen } from '../../src/invariants/sniffer.ts';
import { announcement, beat, openStage } from './stage.ts';

const said: readonly Envelope[] = [
  { kind: 'tell', to: 'keep-alive', message: beat({ epoch: 1, generation: 2 }) },
  { kind: 'tell', to: 'file-sync', message: announcement(3) },
  { kind: 'end', stream: 7 },
];

test('what is said is heard, however the bytes are cut, and bulk between it is not taken for words', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constantFrom(...said), fc.uint8Array({ minLength: 1, maxLength: 300 })), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }),
      async (items, cuts) => {
        const { world, tell } = await openStage();
        const heard: Envelope[] = [];
        const bulk: number[] = [];
        listen(world, { envelope: (one) => heard.push(one), data: (_, bytes) => bulk.push(...bytes) });
        const all = Buffer.concat(
          items.flatMap((item) =>
            item instanceof Uint8Array ? [encodeDataHeader(1, item.length), item] : [encodeEnvelope(item)],
          ),
        );
        for (let at = 0, n = 0; at < all.length; n++) {
          const next = at + cuts[n % cuts.length]!;
          tell.sent({ from: 'master', to: 'worker1', bytes: all.subarray(at, next) });
          at = next;
        }
        expect(heard.map(({ kind }) => kind)).toEqual(
          items.flatMap((item) => (item instanceof Uint8Array ? [] : [item.kind])),
        );
        expect(bulk).toEqual(items.flatMap((item) => (item instanceof Uint8Array ? [...item] : [])));
      },
    ),
    { numRuns: 100 },
  );
});

test('a new connection begins with its own first word', async () => {
  const { world, tell, says } = await openStage();
  const heard: string[] = [];
  listen(world, { envelope: ({ kind }) => heard.push(kind), data: () => {} });
  tell.sent({ from: 'worker1', to: 'master', bytes: encodeEnvelope(said[0]!).subarray(0, 20) });
  says('worker1', 'master', {
    ...{ kind: 'hello', protocol: { min: 1, max: 1 }, cluster: 'one', node: 'worker1' },
    ...{ role: 'worker', version: '0', wallMs: 1 },
  });
  expect(heard).toEqual(['hello']);
});
