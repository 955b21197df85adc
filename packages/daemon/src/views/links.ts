/** PENDING: written by its helper. */
import type { ControlAnswers } from '@muster/control';

export type LinksViews = Pick<ControlAnswers, 'links'>;

const pending = (): never => {
  throw new Error('pending');
};
export const linksViews = (): LinksViews => ({ links: pending });
