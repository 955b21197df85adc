import { Type } from '@sinclair/typebox';
import { tokenAnswer } from '../envelope.ts';
import { fields, type Route, shape, tokenOf } from './route.ts';

const query = fields({
  raw: Type.Optional(Type.Boolean({ description: 'The token alone, as plain text' })),
});

export const loginRoute: Route = {
  method: 'POST',
  path: '/security/user/authenticate',
  about:
    'A token for the user whose name and password come as Basic authentication. It holds for http_api.token_lifetime.',
  access: 'password',
  forms: {
    token: shape(query, tokenOf(fields({ token: Type.String() })), async ({ session, query: { raw } }) => {
      const token = await session.issue();
      return raw === true
        ? { status: 200, contentType: 'text/plain; charset=utf-8', body: token }
        : tokenAnswer({ token });
    }),
  },
};
