/** PENDING: written by its helper. */
import type { ControlAnswers } from '@muster/control';

export type NodeInfoViews = Pick<ControlAnswers, 'nodeInfo' | 'logs'>;

const pending = (): never => {
  throw new Error('pending');
};
export const nodeInfoViews = (): NodeInfoViews => ({ nodeInfo: pending, logs: pending });
