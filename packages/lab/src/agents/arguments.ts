import { parseArgs } from 'node:util';
import { type AgentTimes, agentDefaults } from './course.ts';
import type { AgentServer } from './server.ts';

export interface FleetOptions {
  /** 1 to 10,000. */
  readonly agents: number;
  readonly seed: number;
  readonly servers: readonly AgentServer[];
  readonly group: string | undefined;
  readonly times: AgentTimes;
}

const flags = {
  agents: { type: 'string', default: '300' },
  seed: { type: 'string', default: '1' },
  server: { type: 'string', multiple: true, default: [] as string[] },
  group: { type: 'string' },
  notify: { type: 'string', default: `${agentDefaults.notifyMs}ms` },
  reconnect: { type: 'string', default: `${agentDefaults.reconnectMs}ms` },
  answer: { type: 'string', default: `${agentDefaults.answerMs}ms` },
  retry: { type: 'string', default: `${agentDefaults.retryMs}ms` },
} as const;

/** Reads the words of the command line; throws an error that names every fault. */
export function parseFleetArguments(argv: readonly string[]): FleetOptions {
  const { values } = parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false });
  const agents = wholeNumber(values.agents);
  const seed = wholeNumber(values.seed);
  const servers = values.server.map(serverOf);
  const { notify, reconnect, answer, retry } = values;
  const [notifyMs, reconnectMs, answerMs, retryMs] = [notify, reconnect, answer, retry].map(timeMs);
  const faults = [
    agents >= 1 && agents <= 10_000 ? '' : `--agents ${values.agents}: give a number from 1 to 10000`,
    seed >= 0 ? '' : `--seed ${values.seed}: give a whole number`,
    servers.length > 0 ? '' : '--server: give at least one, HOST:ENROLPORT:PORT',
    ...values.server
      .filter((_, index) => servers[index] === undefined)
      .map((text) => `--server ${text}: HOST:ENROLPORT:PORT`),
    ...(['notify', 'reconnect', 'answer', 'retry'] as const)
      .filter((name) => Number.isNaN(timeMs(values[name])))
      .map((name) => `--${name} ${values[name]}: give a time such as 500ms or 10s`),
  ].filter((text) => text !== '');
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const times = { notifyMs: notifyMs!, reconnectMs: reconnectMs!, answerMs: answerMs!, retryMs: retryMs! };
  return { agents, seed, servers: servers as AgentServer[], group: values.group, times };
}

const wholeNumber = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN);

/** At least 1 ms; NaN for what is no time. */
function timeMs(text: string): number {
  const [, count, unit] = /^(\d{1,7})(ms|s)$/.exec(text) ?? [];
  return count === undefined || Number(count) === 0 ? Number.NaN : Number(count) * (unit === 's' ? 1_000 : 1);
}

function serverOf(text: string): AgentServer | undefined {
  const [, host, enrolPort, agentsPort] = /^([A-Za-z0-9.-]+):(\d{1,5}):(\d{1,5})$/.exec(text) ?? [];
  return host === undefined ? undefined : { host, enrolPort: Number(enrolPort), agentsPort: Number(agentsPort) };
}
