/** Whoever asks at a door of a process that runs is answered or refused, once, and in time. */
import { isOrder } from '../../doors/index.ts';
import type { Question, Told } from '../../happenings.ts';
import type { SimNode, World } from '../../world/world.ts';
import { seconds } from '../contents.ts';

export interface Answered {
  told(question: Question, told: Told): void;
  sampled(): void;
}

/** What people wait for before they think that it hangs; what changes something may take its time, ms. */
const withinMs = { view: 2_000, order: 12_000 };
/** Turns of mailboxes that a question and its deadline need, each of which the plan may have late. */
const turns = 4;

export function openAnswered({ nodes, timeline, settings, violate }: World): Answered {
  const { chance, maxMs } = settings.lateTurns;
  const slackMs = chance === 0 ? 0 : turns * maxMs;
  const byName = new Map<string, SimNode>(nodes.map((node) => [node.name, node]));
  const waiting = new Set<Question>();
  /** A process that stands still answers when it goes on. */
  const dueAt = ({ node, at, request }: Question): number => {
    const pausedUntil = byName.get(node)?.host()?.pausedUntil() ?? 0;
    return Math.max(at, pausedUntil) + withinMs[isOrder(request) ? 'order' : 'view'] + slackMs;
  };
  const judge = (question: Question, what: string): void => {
    if (timeline.now() <= dueAt(question)) return;
    violate(
      'answered-in-time',
      `${question.node} was asked ${wordsOf(question)} at ${seconds(question.at)}, and ${what}`,
    );
  };
  return {
    told: (question, told) => {
      if (told.what === 'asked') return void waiting.add(question);
      waiting.delete(question);
      if (told.what === 'again')
        return violate('answered-in-time', `${question.node} answered ${wordsOf(question)} twice`);
      if (told.what !== 'broke') judge(question, `${told.what} at ${seconds(timeline.now())} only`);
    },
    sampled: () => {
      for (const question of waiting) judge(question, `has said nothing until ${seconds(timeline.now())}`);
    },
  };
}

const wordsOf = ({ request }: Question): string => {
  if (request.type === 'program') return `${request.command}, by a program`;
  return request.type === 'relay' ? `${request.message.type} of ${request.node}` : request.type;
};
