/** Stories of who lives that take more than one line of a master's log. */
import type { LogLine } from '../happenings.ts';
import type { Met } from './met.ts';

const verdict = /^(\S+) is (suspect|down|up|left): /;
/** The master took a new link of this worker. */
const linkedAgain = /^Connection from /;

export function livenessStories(master: string, met: Met): (line: LogLine) => void {
  const accused = new Map<string, { to: 'suspect' | 'down'; linkedAgain: boolean }>();
  return ({ node, tag, text }) => {
    if (node !== master) return;
    if (linkedAgain.test(text)) {
      const name = /^Worker ([^\]]+)\]/.exec(tag)?.[1];
      const story = name === undefined ? undefined : accused.get(name);
      if (story !== undefined) story.linkedAgain = true;
      return;
    }
    const [, name, to] = verdict.exec(text) ?? [];
    if (name === undefined) return;
    const story = accused.get(name);
    if (to === 'suspect' || to === 'down') accused.set(name, { to, linkedAgain: story?.linkedAgain === true });
    else accused.delete(name);
    if (to !== 'up' || story === undefined) return;
    met(story.to === 'suspect' ? 'suspect recovered' : 'down recovered');
    if (!story.linkedAgain && !text.includes('link lost')) met('recovered on the same link');
  };
}
