import { type AgentInfo, type AgentInfoField, agentInfoFields } from './agent.ts';
import { clip } from './clip.ts';
import { MAX_AGENT_STRING, MAX_LABELS } from './limits.ts';

/** UTF-16 units of a text of which nothing longer is known to be sensible. */
const SHORT = 255;
const mostOf = (field: AgentInfoField): number => (field === 'osUname' ? MAX_AGENT_STRING : SHORT);

/** `info` as it may be sent: texts as short as `AgentInfo` says, a cut one ends in …; labels beyond the 64th are left out. Itself when it is so already. */
export function fitInfo(info: AgentInfo): AgentInfo {
  const fits =
    agentInfoFields.every((field) => info[field].length <= mostOf(field)) &&
    info.labels.length <= MAX_LABELS &&
    info.labels.every(([key, value]) => key.length <= SHORT && value.length <= MAX_AGENT_STRING);
  if (fits) return info;
  const fields = agentInfoFields.map((field) => [field, clip(info[field], mostOf(field))] as const);
  const labels = info.labels
    .slice(0, MAX_LABELS)
    .map(([key, value]) => [clip(key, SHORT), clip(value, MAX_AGENT_STRING)] as const);
  return { ...(Object.fromEntries(fields) as Record<AgentInfoField, string>), labels };
}
