/** PENDING: written by its helper. */
import type { ControlAnswers } from '@muster/control';

export type StandingViews = Pick<ControlAnswers, 'standing' | 'healthcheck'>;

const pending = (): never => {
  throw new Error('pending');
};
export const standingViews = (): StandingViews => ({ standing: pending, healthcheck: pending });
