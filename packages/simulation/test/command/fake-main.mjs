// The command around a simulation that fails as it is told to. Build first.
import { fileURLToPath } from 'node:url';
import { simulate } from '../../dist/command/index.js';

const ids = (plan) => plan.deeds.map(({ id }) => id);
const has = (plan, ...wanted) => wanted.every((id) => ids(plan).includes(id));

/** Which invariant this plan breaks. */
function brokenBy(plan) {
  const { seed, workers } = plan.settings;
  if (seed === 12 && plan.deeds.length === 20) return 'nothing-lost';
  if (seed === 13 && has(plan, 'd3', 'd9') && workers >= 2) return 'nothing-lost';
  // Both with a planted fault and without.
  if (seed === 3 && process.env.FAKE_ANYWAY !== undefined) return 'nothing-early';
  if (globalThis.planted === 'early' && seed % 10 === 4 && has(plan, 'd2')) return 'nothing-early';
  return undefined;
}

async function runPlan(plan, { trace } = {}) {
  const { seed } = plan.settings;
  if (seed === 7) process.kill(process.pid, 'SIGKILL');
  if (seed === 8) throw new Error('no such thing');
  if (seed === 9) await new Promise(() => {});
  if (seed === 10) for (;;);
  if (seed === 11) {
    process.stderr.write('the last words\n');
    process.exit(3);
  }
  if (seed === 12 && plan.deeds.length < 20) await new Promise(() => {});
  trace?.('a step');
  trace?.(seed === 14 ? `another step of ${process.pid}` : 'another step');
  const invariant = brokenBy(plan);
  return {
    seed,
    ok: invariant === undefined,
    ...(invariant === undefined ? {} : { violation: { invariant, text: 'two of three', atMs: 12_000 } }),
    simulatedMs: 40_000,
    steps: 100 + plan.deeds.length,
    hash: (seed * 1_000 + plan.deeds.length + (seed === 14 ? process.pid * 1e6 : 0)).toString(16).padStart(16, '0'),
    met: seed % 2 === 0 ? ['even', 'any'] : ['any'],
    lastSteps: ['  1.000000  master   rename'],
    logTail: ['master info: started'],
  };
}

const simulator = {
  runPlan,
  planOf: (seed, { nodes = 5 }) => ({
    settings: {
      seed,
      workers: nodes - 1,
      files: 10,
      musterYaml: 'a: 1\n',
      healWithinMs: 1,
      lateTurns: { chance: 0, maxMs: 0 },
      skewMs: {},
    },
    deeds: Array.from({ length: 20 }, (_, at) => ({ id: `d${at + 1}`, atMs: (at + 1) * 1_000 })),
  }),
  without: (plan, gone) => ({ ...plan, deeds: plan.deeds.filter(({ id }) => !gone.includes(id)) }),
  withWorkers: (plan, workers) => ({ ...plan, settings: { ...plan.settings, workers } }),
  until: (plan, ms) => ({ ...plan, deeds: plan.deeds.filter(({ atMs }) => atMs <= ms) }),
  plain: {
    files: (plan) => ({ ...plan, settings: { ...plan.settings, files: 3 } }),
    options: (plan) => ({ ...plan, settings: { ...plan.settings, musterYaml: '' } }),
  },
  planToJson: (plan) => JSON.stringify(plan),
  planFromJson: (text) => JSON.parse(text),
  words: ({ id, atMs }) => `${atMs / 1_000} s  #${id}  prod`,
  planted: [
    { name: 'early', about: 'a thing comes early' },
    { name: 'hidden', about: 'nobody can see it' },
  ],
  nodeArgumentsFor: (name) => [
    '--import',
    `data:text/javascript,${name === process.env.FAKE_STALE ? `throw 'the fault ${name} is stale'` : `globalThis.planted=${JSON.stringify(name)}`}`,
  ],
  invariants: [{ name: 'nothing-lost', about: 'all is there' }],
  situations: [
    { name: 'any', about: 'whatever' },
    { name: 'even', about: 'of even seeds' },
    ...(process.env.FAKE_SITUATION === undefined ? [] : [{ name: process.env.FAKE_SITUATION, about: 'never' }]),
  ],
};

// Once it listens to signals.
if (process.env.FAKE_HELLO !== undefined && process.send === undefined)
  setImmediate(() => process.stdout.write('hello\n'));
await simulate(simulator, fileURLToPath(import.meta.url));
