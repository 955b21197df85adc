/** The texts of an `AgentInfo` kept within the bounds of the wire. Pure. */
import { type AgentInfo, agentInfoFields, MAX_AGENT_STRING, MAX_LABELS } from '@muster/protocol';

const maxText = 255;
const maxLong: Readonly<Record<string, number>> = { osUname: MAX_AGENT_STRING };
/** What a terminal or a line of a file would act upon. */
const control = /\p{Cc}/gu;

/** Nothing is known. */
export const emptyInfo: AgentInfo = {
  ...(Object.fromEntries(agentInfoFields.map((field) => [field, ''])) as Record<
    (typeof agentInfoFields)[number],
    string
  >),
  labels: [],
};

/** Not longer than `max` UTF-16 units, without half a character at the end, control characters shown as U+FFFD. */
export function tidyText(text: string, max: number = maxText): string {
  const plain = text.replace(control, '\uFFFD');
  if (plain.length <= max) return plain;
  const last = plain.charCodeAt(max - 1);
  return plain.slice(0, last >= 0xd800 && last < 0xdc00 ? max - 1 : max);
}

/** `changed`: something did not fit, and was cut or taken out. */
export function tidyInfo(info: AgentInfo): { readonly info: AgentInfo; readonly changed: boolean } {
  let changed = info.labels.length > MAX_LABELS;
  const fit = (text: string, max?: number): string => {
    const fitting = tidyText(text, max);
    changed ||= fitting !== text;
    return fitting;
  };
  const texts = agentInfoFields.map((field) => [field, fit(info[field], maxLong[field])] as const);
  const labels = info.labels
    .slice(0, MAX_LABELS)
    .map(([key, value]) => [fit(key), fit(value, MAX_AGENT_STRING)] as const);
  const tidy = { ...(Object.fromEntries(texts) as Omit<AgentInfo, 'labels'>), labels };
  return { info: changed ? tidy : info, changed };
}
