/** `muster doctor`: gathers what is known, looks at it, and says what to mend. */

import type { Clock } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import { type Finding, renderFindings } from '@muster/render';
import type { Output } from '../commands.ts';
import { asJson } from '../conversation.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type AskDeps, askNode } from './ask.ts';
import { codeOf, findingsOf } from './checks.ts';
import type { ConfigFact, Facts, Known, LocalFacts } from './facts.ts';
import { within } from './within.ts';

export interface DoctorDeps extends AskDeps {
  readonly root: string;
  readonly clock: Clock;
  readonly wallNow: () => number;
  readonly config: () => Promise<ConfigFact>;
  /** Each fact within 1.5 s or unknown. `config`: where it can be read. */
  readonly machine: (config: NodeConfig | undefined) => Promise<Omit<LocalFacts, keyof ProcessFacts>>;
  /** The same, of the node's process; undefined: it is not known. */
  readonly ofProcess: (pid: number | undefined) => Promise<ProcessFacts>;
}

export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly code: ExitCode;
  readonly facts: Facts;
}

export type ProcessFacts = Pick<LocalFacts, 'process' | 'internalSocket'>;

/** Reading the configuration, ms: a few small files. */
const configMs = 1_000;

/** Takes less than 5 s, whatever hangs. */
export async function diagnose(deps: DoctorDeps): Promise<Diagnosis> {
  const asked = askNode(deps);
  const config = configOf(await within(deps.clock, configMs, deps.config()));
  const [node, machine] = await Promise.all([asked, deps.machine(config.ok ? config.config : undefined)]);
  const ofProcess = await deps.ofProcess(node.ok ? node.value.health.pid : undefined);
  const local: LocalFacts = { ...machine, ...ofProcess };
  const facts: Facts = { root: deps.root, nowMs: deps.wallNow(), config, node, local };
  const findings = findingsOf(facts);
  return { findings, code: codeOf(facts, findings), facts };
}

const configOf = (config: Known<ConfigFact>): ConfigFact =>
  config.ok ? config.value : { ok: false, faults: [], warnings: [`it could not be read: ${config.why}`] };

export async function runDoctor(deps: DoctorDeps, output: Output, json: boolean): Promise<ExitCode> {
  const { findings, code } = await diagnose(deps);
  output.out(json ? asJson({ findings }) : renderFindings(findings, output.paint).join('\n'));
  return code;
}
