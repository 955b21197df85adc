/** What operators order through any door of a node is recorded once it was done. */
import type { ControlAnswers } from '@muster/control';
import type { EventJournal } from '@muster/store';
import { drainWords } from './words.ts';

/** The same answers, each order with its row in the journal. What is refused has none: it changed nothing. */
export function recorded(answers: ControlAnswers, { record }: Pick<EventJournal, 'record'>): ControlAnswers {
  const operated = (subject: string, text: string): void => record('operated', subject, `An operator ${text}`);
  return {
    ...answers,
    setLogLevel: async (level) => {
      await answers.setLogLevel(level);
      operated('log', `set the level of the log to ${level}.`);
    },
    crash: async (path) => {
      await answers.crash(path);
      operated(path, 'made it crash, for a drill.');
    },
    restart: async (path) => {
      await answers.restart(path);
      operated(path, 'restarted it.');
    },
    tellActor: async (path, message) => {
      await answers.tellActor(path, message);
      operated(path, `told it ${typeOf(message)}.`);
    },
    askActor: async (path, message) => {
      const answer = await answers.askActor(path, message);
      operated(path, `asked it ${typeOf(message)}.`);
      return answer;
    },
    bench: async (path, count) => {
      const outcome = await answers.bench(path, count);
      operated(path, `measured it with ${count} messages.`);
      return outcome;
    },
    forget: async (node) => {
      await answers.forget(node);
      record('forgotten', node, 'An operator had it forgotten: it is listed no more.');
    },
    drain: async (node, drained) => {
      const isNews = await answers.drain(node, drained);
      const { kind, subject, text } = drainWords(node, drained);
      if (isNews) record(kind, subject, text);
      return isNews;
    },
    syncNow: async () => {
      await answers.syncNow();
      operated('files', 'had all files looked at.');
    },
  };
}

/** The kind of a message alone: what else is in it may be nobody's business. */
function typeOf(message: string): string {
  try {
    const { type } = JSON.parse(message) as { readonly type?: unknown };
    return typeof type === 'string' ? type : 'a message';
  } catch {
    return 'a message';
  }
}
