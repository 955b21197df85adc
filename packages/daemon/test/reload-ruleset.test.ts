import { manualClock, settle } from '@muster/actor/testing';
import type { Health } from '@muster/protocol';
import { rulesetReload } from '../src/doors/reload-ruleset.ts';

/** A node whose files are the master's after `syncedAfter` looks, beside an analysisd that answers `answer`. */
function open(answer: string | Error, syncedAfter = 1) {
  const clock = manualClock();
  const asked: { readonly path: string; readonly request: unknown }[] = [];
  const logged: string[] = [];
  let looks = 0;
  const say = (text: string): void => void logged.push(text);
  const logger = { info: say, warning: say } as never;
  const reload = rulesetReload({
    config: { root: '/r' },
    platform: {
      clock,
      log: { for: () => logger } as never,
      sockets: {
        http: () => Promise.reject(new Error('not used')),
        exchange: async (path, request) => {
          asked.push({ path, request: JSON.parse(Buffer.from(request).toString()) });
          if (answer instanceof Error) throw answer;
          return Buffer.from(answer);
        },
      },
    },
    answers: {
      syncNow: () => {},
      health: () => {
        looks += 1;
        return { state: looks < syncedAfter ? 'syncing' : 'in-sync' } as Health;
      },
    },
  });
  return { clock, asked, logged, reload };
}
const never = new AbortController().signal;

it('asks analysisd when the files are the master’s, and not before', async () => {
  const { clock, asked, logged, reload } = open('{"error":0,"data":["ok"]}', 3);
  reload(never);
  await clock.advance(2_999);
  expect(asked).toEqual([]);
  await clock.advance(1);
  expect(asked).toMatchObject([{ path: '/r/queue/sockets/analysis', request: { command: 'reload-ruleset' } }]);
  expect(logged).toEqual(['The ruleset was reloaded, as a program asked.']);
});

it('asks once more for all that is asked meanwhile', async () => {
  const { clock, asked, reload } = open('{"error":0}');
  for (let times = 0; times < 5; times++) reload(never);
  await clock.advance(10_000);
  expect(asked).toHaveLength(2);
});

it.each([
  [new Error('nobody listens'), 'nobody listens'],
  ['{"error":1,"message":"a rule is bad"}', 'analysisd refused it: a rule is bad'],
  ['garbage', 'analysisd answered with no JSON'],
])('warns with the cure when it cannot: %s', async (answer, why) => {
  const { clock, logged, reload } = open(answer);
  reload(never);
  await clock.advance(1_000);
  expect(logged).toEqual([
    `The ruleset could not be reloaded as asked: ${why}. Restart the manager beside this node, or ask again`,
  ]);
});

it('is over when the node stops, and leaves no timer', async () => {
  const { clock, asked, logged, reload } = open('{"error":0}', 1_000);
  const controller = new AbortController();
  reload(controller.signal);
  await clock.advance(5_000);
  controller.abort();
  await settle();
  expect([asked.length, logged.length, clock.timers()]).toEqual([0, 0, 0]);
});
