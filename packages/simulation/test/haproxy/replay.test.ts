import { isDeepStrictEqual } from 'node:util';
import { missingHaproxy, wantedHere } from '@muster/haproxy/testing';
import { openDice } from '../../src/dice.ts';
import { openModel } from './model.ts';
import { freePort, haproxyVersion, openReal, type Real } from './real.ts';
import { backend, type Step, staticServer, stepsOf } from './steps.ts';
import { asked, sameAnswer, type View, viewOf } from './view.ts';

const version = haproxyVersion();
const where = wantedHere('haproxy', 'the model of HAProxy beside the real one', missingHaproxy()) ? test : test.skip;

const sequences = 200;
/** The real one has come to rest long before. */
const patienceMs = 10_000;

type Model = ReturnType<typeof openModel>;

async function settled(real: Real, model: Model, said: string): Promise<void> {
  model.rest();
  const expected = model.view();
  const until = Date.now() + patienceMs;
  let found: View | undefined;
  while (Date.now() < until) {
    found = viewOf(await real.ask(asked(backend)), real.labelOf, real.open());
    if (isDeepStrictEqual(found, expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  process.stderr.write(`${said}\n`);
  expect(found).toEqual(expected);
}

async function play(step: Step, real: Real, model: Model, back: number): Promise<void> {
  switch (step.what) {
    case 'say':
      return expect(sameAnswer(await real.ask(step.line))).toBe(sameAnswer(model.ask(step.line)));
    case 'connect':
      model.connect(step.client);
      return real.connect(step.client);
    case 'leave':
      model.leave(step.client);
      return real.leave(step.client);
    case 'cut':
      return expect(await cut(real, step.client)).toBe(await cut(model, step.client));
    case 'listen':
      model.listen(step.address);
      return real.listen(step.address);
    case 'silence':
      model.silence(step.address);
      return real.silence(step.address);
    default:
      model.restart(step.what);
      return real.restart(step.what, [staticServer(back)]);
  }
}

/** By the id that it has in a fresh list. */
async function cut(side: Pick<Real | Model, 'ask' | 'labelOf'>, client: string): Promise<string> {
  const list = (await side.ask('show sess')).split('\n');
  const line = list.find((one) => side.labelOf(/src=(\S+)/.exec(one)?.[1] ?? '') === client);
  return side.ask(`shutdown session ${line?.slice(0, line.indexOf(':')) ?? '0x1'}`);
}

describe('the model of HAProxy', () => {
  where(
    `answers as the real one does, in ${sequences} random sequences`,
    async () => {
      expect(version).toBeDefined();
      const [front, back] = [await freePort(), await freePort()];
      for (let number = 0; number < sequences; number++) {
        const steps = stepsOf(openDice(number), back);
        const model = openModel(back, version!);
        const real = await openReal(front, back, [staticServer(back)], model.listening());
        try {
          for (const [index, step] of steps.entries()) {
            await settled(
              real,
              model,
              `sequence ${number}, before step ${index}: ${JSON.stringify(steps.slice(0, index + 1))}`,
            );
            await play(step, real, model, back);
          }
          await settled(real, model, `sequence ${number}, at its end: ${JSON.stringify(steps)}`);
        } finally {
          await real.end();
        }
      }
    },
    600_000,
  );
});
