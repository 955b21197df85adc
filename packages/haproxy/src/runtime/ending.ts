/** Sessions that HAProxy was told to end and still lists. */
import type { Session } from '../driver.ts';

/**
 * HAProxy answers `shutdown session` at once and carries it out a moment later, after everything else that it has to
 * do: a busy one lists the session several times more. Whoever names it again then may hit whoever got its id by the
 * time the line comes. So it is remembered, for as long as each list shows it: never more than one list holds. An agent
 * that comes back from the same port and to the same id before the next list is taken for its session before, and moved
 * by no plan until it connects again.
 */
export interface Ending {
  /** These were ended: HAProxy said so. */
  add(sessions: readonly Session[]): void;
  /** Of a whole list, made after everything that was added: those that go on. Forgets whom it does not show. */
  without<Listed extends Session>(list: readonly Listed[]): readonly Listed[];
}

/** Of one HAProxy. Another process needs no other one: its first list shows none of them. */
export function openEnding(): Ending {
  /** Source by id: the id alone is somebody else's soon. */
  let sources = new Map<string, string>();
  return {
    add: (sessions) => {
      for (const { id, source } of sessions) sources.set(id, source);
    },
    without: (list) => {
      const isEnding = ({ id, source }: Session): boolean => sources.get(id) === source;
      const still = list.filter(isEnding);
      sources = new Map(still.map(({ id, source }) => [id, source]));
      return still.length === 0 ? list : list.filter((session) => !isEnding(session));
    },
  };
}
