import { actors, double, traced } from './double.ts';
import { prompt } from './rig.ts';

it('a prompt greets, obeys, and is left with exit', async () => {
  const { type, seen, told, ended } = prompt(double());
  await type('tree\r');
  expect(told.out).toBe('Muster 0.1.0: zeus, master, process 99, up 3 min. help lists the commands.\n');
  const text = seen();
  expect(text).toContain('muster zeus> ');
  expect(text).toContain('    └── node:worker2');
  await type('exit\r');
  expect(await ended).toBe(0);
});

it('nothing is opened where the node cannot be reached', async () => {
  const node = double();
  node.lose();
  const { ended, told } = prompt(node);
  expect(await ended).toBe(3);
  expect(told.error).toBe('No Muster runs for R (/r).\n');
});

it('the prompt names the node that is looked at', async () => {
  const { type, seen, ended } = prompt(double());
  await type('node worker1\r');
  expect(seen()).toMatch(/You look at worker1 now.*\n.*muster worker1> $/);
  await type('\u0004');
  expect(await ended).toBe(0);
});

it('TAB completes commands, paths, nodes and operations', async () => {
  const { type, seen } = prompt(double(), { operate: true });
  for (const [typed, completed] of [
    ['to\t', 'top'],
    ['show /in\t', 'show /integrity'],
    ['show worker2\t', 'show worker2'],
    ['node wor\t\t', 'worker1'],
    ['ask keep-alive ge\t', 'ask keep-alive get-nodes'],
    ['top --sort bu\t', 'top --sort busy'],
  ] as const) {
    await type(typed);
    expect(seen()).toContain(completed);
    await type('\u0015');
  }
});

it('no JavaScript is evaluated, and of the keywords of Node.js only .exit is left', async () => {
  const node = double();
  const { type, seen, ended } = prompt(node);
  await type('process.exitCode = 9\r');
  expect(seen()).toContain('There is no command "process.exitCode".');
  for (const keyword of ['.load x', '.save x', '.editor', '.break']) {
    await type(`${keyword}\r`);
    expect(seen()).toContain('Invalid REPL keyword');
  }
  expect(process.exitCode).toBeUndefined();
  await type('.exit\r');
  expect(await ended).toBe(0);
});

it('top is drawn in place, sorted by keys, and ended by another', async () => {
  const { type, seen, sent, clock, ended } = prompt(double());
  await type('top\r');
  expect(seen()).toContain('BUSY*');
  await clock.advance(1_000);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is drawn over
  expect(sent()).toMatch(/^\u001b\[\d+F\u001b\[J/);
  expect(seen()).toContain('zeus: 5 actors, 0 messages/s');
  await type('s');
  expect(seen()).toContain('RESTARTS*');
  await type('q');
  expect(seen()).toMatch(/muster zeus> $/);
  const before = clock.now();
  await clock.advance(4_000);
  expect([seen(), clock.now() - before]).toEqual(['', 4_000]);
  await type('exit\r');
  expect(await ended).toBe(0);
});

it('Ctrl-C ends top, trace, and the wait for an answer', async () => {
  let waits = false;
  const node = double({
    trace: async () => ({ type: 'trace', session: 1, rows: [traced('beat')], dropped: 0, actors: 1 }),
    tree: () => (waits ? new Promise(() => {}) : Promise.resolve(actors)),
  });
  const { type, seen, clock } = prompt(node);
  await type('top\r');
  await type('\u0003');
  expect(seen()).toMatch(/muster zeus> $/);
  await type('trace **\r');
  await clock.advance(400);
  await type('\u0003');
  expect(seen()).toMatch(/beat.*\n.*beat.*\n.*beat.*\n3 messages\n.*muster zeus> $/s);
  waits = true;
  await type('tree\r');
  expect(seen()).not.toContain('> ');
  await type('\u0003');
  expect(seen()).toMatch(/muster zeus> $/);
});

it('lines that are pasted are done one after the other', async () => {
  const { paste, seen, ended, type } = prompt(double());
  await type('');
  await paste('node worker1\rnode worker2\rwhy zeus\rexit\r');
  expect(await ended).toBe(0);
  const order = [...seen().matchAll(/You look at (\w+) now|(zeus) is in sync/g)].map(([, node, why]) => node ?? why);
  expect(order).toEqual(['worker1', 'worker2', 'zeus']);
});

it('a restart of the node is noticed while nobody asks, and what is being typed stays', async () => {
  const node = double();
  const { type, seen, clock } = prompt(node);
  await type('show ke');
  node.lose();
  await clock.advance(5_000);
  expect(seen()).toMatch(/lost the node; trying again…\n.*muster zeus> show ke$/s);
  node.begin(123);
  await clock.advance(10_000);
  expect(seen()).toMatch(/connected again: pid 123, up 3 min\n.*muster zeus> show ke$/s);
  await type('ep-alive\r');
  expect(seen()).toContain('Last error');
});

it('top goes on over a restart of the node, and says so above itself', async () => {
  const node = double();
  const { type, seen, clock } = prompt(node);
  await type('top\r');
  node.lose();
  await clock.advance(3_000);
  expect(seen()).toContain('lost the node; trying again…');
  node.begin(5);
  await clock.advance(10_000);
  expect(seen()).toMatch(/connected again: pid 5.*zeus: 5 actors/s);
  await type('q');
  expect(seen()).toMatch(/muster zeus> $/);
});

it('a terminal that goes away ends the inspector, and what it was doing', async () => {
  const { type, input, ended } = prompt(double({ tree: () => new Promise(() => {}) }));
  await type('tree\r');
  input.end();
  expect(await ended).toBe(0);
});
