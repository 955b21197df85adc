import { Type } from '@sinclair/typebox';
import { fields } from '../routes/route.ts';

/** A node as the reference shows it (`reference/cli-api.md` 3); fewer members where some are selected. */
export const NodeRow = fields({
  name: Type.Optional(Type.String()),
  type: Type.Optional(Type.Union([Type.Literal('master'), Type.Literal('worker')])),
  version: Type.Optional(Type.String()),
  ip: Type.Optional(Type.String()),
});
