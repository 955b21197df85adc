/** The programs of neighbours and agents as processes. Build the workspace first. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AgentsProcess, startAgents } from '../src/agents-process.ts';
import { startHelper } from '../src/helper-process.ts';
import { parseNeighboursArguments } from '../src/neighbours/arguments.ts';
import { type NeighboursProcess, startNeighbours } from '../src/neighbours-process.ts';
import { until } from '../src/testing/index.ts';
import { openRig } from './neighbours/rig.ts';

const times = { notifyMs: 50, reconnectMs: 1_000, answerMs: 120_000, retryMs: 50 };
/** Those that do not stop are killed after it; none of them has to be. */
const graceMs = 120_000;

let folder = '';
let neighbours: NeighboursProcess | undefined;
let agents: AgentsProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'helpers-'));
  mkdirSync(join(folder, 'etc'));
});
afterEach(async () => {
  await Promise.all([neighbours?.stop(graceMs), agents?.stop(graceMs)]);
  neighbours = undefined;
  agents = undefined;
  rmSync(folder, { recursive: true });
});

const node = () => ({ name: 'worker1', role: 'worker', root: folder }) as const;

describe('the process of the neighbours', () => {
  it('tells agents that the master cannot be asked where no Muster runs, and warns of it', async () => {
    const warnings: string[] = [];
    neighbours = await startNeighbours(node(), (text) => warnings.push(text));
    const servers = [{ host: '127.0.0.1', ...neighbours }];
    agents = startAgents({ agents: 2, seed: 1, servers, group: undefined, times });
    await until(
      'both are refused',
      () => agents!.states().filter(({ why }) => /comunicate with master/.test(why)).length === 2,
    );
    expect(warnings[0]).toMatch(/^worker1: .* could not be registered: No Muster runs for R/);
  });

  it('has the same ports when it is killed and started again', async () => {
    neighbours = await startNeighbours(node(), () => {});
    const { enrolPort, agentsPort } = neighbours;
    neighbours.kill('SIGKILL');
    await neighbours.ended();
    expect(neighbours.pid()).toBeUndefined();
    await neighbours.restart();
    expect([neighbours.enrolPort, neighbours.agentsPort]).toEqual([enrolPort, agentsPort]);
  });

  it('is stopped also while it is being started again, and is not started after that', async () => {
    neighbours = await startNeighbours(node(), () => {});
    neighbours.kill('SIGKILL');
    await neighbours.ended();
    // It may have come to listen before it heard of its end.
    const restarted = neighbours.restart().catch(() => {});
    await until('it is being started', () => neighbours!.pid() !== undefined);
    const pid = neighbours.pid()!;
    await neighbours.stop(graceMs);
    expect(lives(pid)).toBe(false);
    await restarted;
    await neighbours.restart();
    expect(neighbours.pid()).toBeUndefined();
  });

  it('ends with words that say why, when it cannot begin', async () => {
    writeFileSync(join(folder, 'queue'), '');
    await expect(startNeighbours(node(), () => {})).rejects.toThrow(/worker1 ended\. .*ENOTDIR/);
  });

  it('needs a root and a name, and real ports', () => {
    expect(() =>
      parseNeighboursArguments(['--enrol-port', '70000', '--agents-port', 'x', '--keys-every', '0ms']),
    ).toThrow(/--root[\s\S]*--node[\s\S]*--enrol-port 70000[\s\S]*--agents-port x[\s\S]*--keys-every 0ms/);
  });
});

describe('the process of the agents', () => {
  it('tells of each agent where it reports, and says goodbye for all at its end', async () => {
    const rig = await openRig(2);
    const servers = rig.nodes.map(({ enrolPort, agentsPort }) => ({ host: '127.0.0.1', enrolPort, agentsPort }));
    agents = startAgents({ agents: 20, seed: 1, servers, group: undefined, times });
    await until('all report', () => agents!.states().filter(({ state }) => state === 'reporting').length === 20);
    expect(agents.states().filter(({ node: name }) => name === 'node2')).toHaveLength(10);
    await agents.stop(graceMs);
    expect(agents.states().every(({ state }) => state === 'stopped')).toBe(true);
    expect(rig.nodes.flatMap((one) => one.connected())).toEqual([]);
    await rig.close();
  });

  it('ends with words that say why, when it cannot begin', async () => {
    expect(await startAgents({ agents: 0, seed: 1, servers: [], group: undefined, times }).gone).toMatch(
      /--agents 0: give a number from 1 to 10000\n--server: give at least one/,
    );
  });
});

describe('each process', () => {
  it.each(['neighbours', 'agents'])('ends when its parent is killed: %s', async (name) => {
    const program = fileURLToPath(new URL(`../dist/${name}/main.js`, import.meta.url));
    const words =
      name === 'neighbours' ? ['--root', folder, '--node', 'a'] : ['--agents', '1', '--server', '127.0.0.1:9:9'];
    const parent = join(folder, 'parent.cjs');
    writeFileSync(
      parent,
      `const child = require('node:child_process').spawn(process.execPath, ${JSON.stringify([program, ...words])}, { stdio: ['pipe', 'pipe', 'inherit'] });
       child.stdout.once('data', () => console.log(JSON.stringify({ pid: child.pid })));`,
    );
    let child = 0;
    const helper = startHelper(parent, [], (value) => {
      child = (value as { pid: number }).pid;
    });
    await until('the child runs', () => child > 0);
    helper.kill('SIGKILL');
    await until('the child is gone', () => !lives(child));
  });
});

const lives = (pid: number): boolean =>
  readdirSync('/proc').includes(`${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
