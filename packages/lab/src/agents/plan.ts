/** Who the simulated agents are: the same for the same seed, whatever their number. */
import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AgentReport } from '../agent-line.ts';

export interface AgentPlan {
  /** 1, 2, … */
  readonly number: number;
  readonly name: string;
  /** Asked for when it enrols. Absent: the manager chooses. */
  readonly groups?: readonly string[];
  /** Indices into the servers, in the order in which it tries them: each once. */
  readonly servers: readonly number[];
  readonly report: AgentReport;
  /** 0 to 1: its place in whatever must not happen to all at the same moment. */
  readonly share: number;
}

export interface PlanSettings {
  readonly seed: number;
  /** At least 1. */
  readonly agents: number;
  /** How many servers there are. At least 1. */
  readonly servers: number;
  /** Every tenth agent asks for this one. */
  readonly group?: string;
}

/** Neighbouring numbers get generators far apart. */
const step = 0x9e37_79b1;

/** Agents begin at the servers in turn, so that each has as many; after a loss they scatter. */
export const planAgents = (settings: PlanSettings): readonly AgentPlan[] =>
  Array.from({ length: settings.agents }, (_, index) => planAgent(index + 1, settings));

function planAgent(number: number, { seed, servers, group }: PlanSettings): AgentPlan {
  const generator = xoroshiro128plus((seed + Math.imul(number, step)) | 0);
  const below = (count: number): number => uniformInt(generator, 0, count - 1);
  const place = places[below(places.length)]!;
  const system = systems[below(systems.length)]!;
  const name = `${place}-${system.platform}-${String(number).padStart(4, '0')}`;
  const first = (number - 1) % servers;
  const others = shuffled(
    [...Array(servers).keys()].filter((index) => index !== first),
    below,
  );
  return {
    number,
    name,
    ...(group !== undefined && number % 10 === 0 ? { groups: [group] } : {}),
    servers: [first, ...others],
    report: {
      uname: `Linux |${name} |${system.kernel} |#1 SMP |x86_64 [${system.text}]`,
      version: `Wazuh v3.${7 + below(2)}.${below(3)}`,
      configSum: md5(`configuration ${seed} ${number}`),
      mergedSum: md5('merged'),
      labels: [
        ['place', place],
        ['!rack', `${below(40) + 1}`],
      ],
    },
    share: uniformFloat64(generator),
  };
}

const places = ['workshop', 'kiln', 'gate', 'office', 'store', 'yard'];

const systems = [
  { platform: 'ubuntu', kernel: '4.15.0-46-generic', text: 'Ubuntu|ubuntu: 18.04 (Bionic Beaver)' },
  { platform: 'centos', kernel: '3.10.0-957.el7', text: 'CentOS Linux|centos: 7 (Core)' },
  { platform: 'debian', kernel: '4.9.0-8-amd64', text: 'Debian GNU/Linux|debian: 9 (stretch)' },
];

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Fisher and Yates. */
function shuffled(items: readonly number[], below: (count: number) => number): readonly number[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}
