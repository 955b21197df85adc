/** PENDING: written by its helper. */
import type { ControlAnswers } from '@muster/control';

export type InspectViews = Pick<
  ControlAnswers,
  'actor' | 'deadLetters' | 'trace' | 'restart' | 'tellActor' | 'askActor' | 'bench'
>;

const pending = (): never => {
  throw new Error('pending');
};
export const inspectViews = (): InspectViews => ({
  actor: pending,
  deadLetters: pending,
  trace: pending,
  restart: pending,
  tellActor: pending,
  askActor: pending,
  bench: pending,
});
