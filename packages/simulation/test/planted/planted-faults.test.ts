import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeArgumentsFor, plantedFaults } from '../../src/planted/index.ts';
import { plant, replaced } from '../../src/planted/plant.ts';

const workspace = join(__dirname, '../../../..');
const distOf = (module: string): string => pathToFileURL(join(workspace, module)).href;

/** What a script sees of a module, with a fault planted or without. */
function seen(args: readonly string[], script: string): { readonly out: string; readonly error: string } {
  const { stdout, stderr } = spawnSync(process.execPath, [...args, '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return { out: stdout.trim(), error: stderr };
}

const one = plantedFaults[0]!;

test('there are enough planted faults, each with a name of its own', () => {
  expect(plantedFaults.length).toBeGreaterThanOrEqual(20);
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
  for (const { name } of plantedFaults) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

describe.each(plantedFaults.map((fault) => [fault.name, fault] as const))('the planted fault %s', (_name, fault) => {
  test('applies to the product as it is built', () => {
    const { source } = plant(fault);
    expect(source).not.toBe(readFileSync(join(workspace, fault.module), 'utf8'));
  });

  test('is small', () => {
    expect(fault.find.trimEnd().split('\n').length).toBeLessThanOrEqual(9);
    expect(fault.find).not.toBe(fault.put);
  });

  test('lies in code that the simulation runs, not in an adapter of the real world', () => {
    expect(fault.module).not.toContain('packages/tree/dist/node/');
    const source = join(workspace, fault.module.replace('/dist/', '/src/').replace(/\.js$/, '.ts'));
    expect(existsSync(source)).toBe(true);
    expect(readFileSync(source, 'utf8')).not.toContain('Adapter:');
  });

  test('says what finds it, and what it needs', () => {
    expect(fault.expects.length).toBeGreaterThan(0);
    expect(fault.about).toMatch(/^[a-zA-Z].*\.$/);
    expect(fault.needs).not.toBe('');
  });
});

test('every planted fault leaves a module that is well-formed', () => {
  const sources = plantedFaults.map((fault) => [fault.name, plant(fault).source]);
  const script = `
    import { readFileSync } from 'node:fs';
    import { SourceTextModule } from 'node:vm';
    for (const [name, source] of JSON.parse(readFileSync(0, 'utf8')))
      new SourceTextModule(source, { identifier: name });
    console.log('fine');`;
  const args = ['--no-warnings', '--experimental-vm-modules', '--input-type=module', '-e', script];
  const out = execFileSync(process.execPath, args, { input: JSON.stringify(sources), encoding: 'utf8' });
  expect(out.trim()).toBe('fine');
});

describe('a process that is started with a planted fault', () => {
  const restart = `
    const { decideRestart } = await import('${distOf('packages/actor/dist/restart.js')}');
    const history = [{ child: 'a', at: 0 }];
    const decision = decideRestart({ child: 'a', at: 1, history, roll: 0 }, { maxRestarts: 5, withinMs: 9 }, { minMs: 0 });
    console.log(decision.history.length);`;

  test('imports the wrong variant', () => {
    expect(seen([], restart).out).toBe('2');
    expect(seen(nodeArgumentsFor('restart-budget-forgotten'), restart).out).toBe('1');
  });

  test('imports everything else as it is', () => {
    expect(seen(nodeArgumentsFor('ring-grows-askew'), restart).out).toBe('2');
  });

  test('imports it through the name of the package, as the product does', () => {
    const script = `
      const { readFileSync } = await import('node:fs');
      const { createRequire } = await import('node:module');
      const { pathToFileURL } = await import('node:url');
      const require = createRequire('${distOf('packages/simulation/dist/planted/plant.js')}');
      const { openScope } = await import(pathToFileURL(require.resolve('@muster/actor')).href.replace('index.js', 'scope.js'));
      const cancelled = [];
      const clock = { now: () => 0, after: () => () => cancelled.push('cancelled') };
      const scope = openScope({ clock, deliver: () => ({}), fault: () => {}, workEnded: () => {} });
      scope.after(1_000, {});
      scope.close();
      console.log(cancelled.length);`;
    expect(seen([], script).out).toBe('1');
    expect(seen(nodeArgumentsFor('timer-survives-restart'), script).out).toBe('0');
  });

  test('hands it on to its worker threads', () => {
    const script = `
      import { Worker } from 'node:worker_threads';
      new Worker(${JSON.stringify(
        restart.replaceAll('await ', '').replace(/const (.*) = (import\(.*\));([\s\S]*)/, '$2.then(($1) => {$3});'),
      )}, { eval: true });`;
    expect(seen(nodeArgumentsFor('restart-budget-forgotten'), script).out).toBe('1');
  });
});

test('there is no process for a fault of another name', () => {
  expect(() => nodeArgumentsFor('no-such-fault')).toThrow(
    /no planted fault "no-such-fault"; there are .*guard-removed/,
  );
});

test('a text that the product no longer holds is told with fault, file and text', () => {
  expect(() => replaced({ ...one, find: 'gone for good' }, 'other text')).toThrow(
    new Error(`The planted fault ${one.name} is stale: ${one.module} holds nowhere:\ngone for good`),
  );
});

test('a text that the product holds twice is told likewise', () => {
  expect(() => replaced({ ...one, find: 'x' }, 'x y x')).toThrow(/is stale: .* holds 2 times:\nx$/);
});

test('a module that is no longer built is told likewise', () => {
  expect(() => plant({ ...one, module: 'packages/tree/dist/gone.js' })).toThrow(
    /is stale: packages\/tree\/dist\/gone\.js/,
  );
});
