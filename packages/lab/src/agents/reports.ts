/** What the fleet tells whoever started it: one JSON line a change, never more in memory than one an agent. */
import type { AgentState } from './agent.ts';

export interface Reports {
  changed(state: AgentState): void;
  /** Call when `write` would take more again. */
  drained(): void;
}

/** `write` returns false when it is full. What changes meanwhile is told later, as it is then. */
export function openReports(write: (line: string) => boolean): Reports {
  const waiting = new Map<string, AgentState>();
  let full = false;
  const flush = (): void => {
    for (const [name, state] of waiting) {
      if (full) return;
      waiting.delete(name);
      full = !write(stateLine(state));
    }
  };
  return {
    changed: (state) => {
      waiting.delete(state.name);
      waiting.set(state.name, state);
      flush();
    },
    drained: () => {
      full = false;
      flush();
    },
  };
}

export const stateLine = (state: AgentState): string => `${JSON.stringify({ type: 'agent', ...state })}\n`;
