/** Every route, in the order of `docs/api.md`. */
import { Type } from '@sinclair/typebox';
import { jsonAnswer } from '../envelope.ts';
import { openApi } from '../open-api.ts';
import { clusterRoutes } from './cluster.ts';
import { eventsRoute } from './events.ts';
import { loginRoute } from './login.ts';
import { musterRoutes } from './muster.ts';
import { nodeRoutes } from './node.ts';
import { nothing, type Route, shape } from './route.ts';

const documentation: Route = {
  method: 'GET',
  path: '/openapi.json',
  about: 'This API as OpenAPI 3.1, made from the schemas that its requests are checked against.',
  access: 'read',
  forms: {
    both: shape(nothing, Type.Object({}), ({ sources }) => jsonAnswer(openApi(routes, sources.version))),
  },
};

export const routes: readonly Route[] = [
  loginRoute,
  ...clusterRoutes,
  ...nodeRoutes,
  ...musterRoutes,
  eventsRoute,
  documentation,
];
