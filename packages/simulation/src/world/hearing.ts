import type { FileChange, LogLine, ProcessChange, Question, Sent, Told } from '../happenings.ts';
import type { Hearing } from './world.ts';

/** Both ends of `Hearing`: who listens, and who tells. */
export interface OpenHearing extends Hearing {
  readonly tell: {
    file(change: FileChange): void;
    sent(sent: Sent): void;
    log(line: LogLine): void;
    process(change: ProcessChange): void;
    turn(node: string, mailbox: string, what: 'begins' | 'ends'): void;
    question(question: Question, told: Told): void;
  };
}

export function openHearing(): OpenHearing {
  const file: ((change: FileChange) => void)[] = [];
  const sent: ((sent: Sent) => void)[] = [];
  const log: ((line: LogLine) => void)[] = [];
  const process: ((change: ProcessChange) => void)[] = [];
  const turn: ((node: string, mailbox: string, what: 'begins' | 'ends') => void)[] = [];
  const question: ((question: Question, told: Told) => void)[] = [];
  return {
    file: (listener) => void file.push(listener),
    sent: (listener) => void sent.push(listener),
    log: (listener) => void log.push(listener),
    process: (listener) => void process.push(listener),
    turn: (listener) => void turn.push(listener),
    question: (listener) => void question.push(listener),
    tell: {
      file: (change) => {
        for (const listener of file) listener(change);
      },
      sent: (bytes) => {
        for (const listener of sent) listener(bytes);
      },
      log: (line) => {
        for (const listener of log) listener(line);
      },
      process: (change) => {
        for (const listener of process) listener(change);
      },
      turn: (node, mailbox, what) => {
        for (const listener of turn) listener(node, mailbox, what);
      },
      question: (asked, told) => {
        for (const listener of question) listener(asked, told);
      },
    },
  };
}
