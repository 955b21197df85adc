/** Files, agents and the store, as the node's health says it. Pure. */
import type { AgentWork, FileWork, Health } from '@muster/protocol';
import { optional, type Sample, sample } from '../sample.ts';

export const healthSamples = (health: Health): readonly Sample[] => [
  sample('muster_files', health.files, {}),
  sample('muster_files_bytes', health.bytes, {}),
  ...optional('muster_generation_number', health.holds?.generation, {}),
  ...problems(health),
  ...(health.work === undefined ? [] : fileWork(health.work, health.role)),
  ...optional('muster_agents_registered', health.agents, {}),
  ...(health.agentWork === undefined ? [] : agentWork(health.agentWork, health.role)),
];

const problems = ({ problems: all }: Health): readonly Sample[] =>
  (['held', 'blocking'] as const).map((effect) =>
    sample('muster_file_problems', all.filter((one) => one.effect === effect).length, { effect }),
  );

const fileWork = (work: FileWork, role: Health['role']): readonly Sample[] => [
  sample('muster_scans_total', work.scans, {}),
  sample('muster_files_hashed_total', work.hashed, {}),
  ...(role === 'master'
    ? []
    : [
        sample('muster_replications_total', work.replications, {}),
        sample('muster_files_written_total', work.written, {}),
        sample('muster_files_removed_total', work.removed, {}),
        sample('muster_files_written_bytes_total', work.writtenBytes, {}),
      ]),
];

const agentWork = (work: AgentWork, role: Health['role']): readonly Sample[] => [
  ...optional('muster_agents_never_connected', work.neverConnected, {}),
  ...optional('muster_agents_unpublished', work.unpublished, {}),
  ...optional('muster_agents_reporting', role === 'worker' ? work.known : undefined, {}),
  ...optional('muster_agents_unsent', work.unsent, {}),
  sample('muster_agent_statuses_total', work.taken, { outcome: 'taken' }),
  sample('muster_agent_statuses_total', work.lost, { outcome: 'lost' }),
  sample('muster_agent_statuses_total', work.unknown, { outcome: 'unknown' }),
  sample('muster_agents_trouble', work.trouble === undefined ? 0 : 1, {}),
  sample('muster_store_bytes', work.storeBytes, {}),
  sample('muster_store_limit_bytes', work.storeMaxBytes, {}),
];
