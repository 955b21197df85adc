/** The server with all that it loads: some 30 MB that a node without an API does without. */
export { openApi } from '../open-api.ts';
export { elsewhere } from '../routes/elsewhere.ts';
export { type Route, shapeOf } from '../routes/route.ts';
export { routes } from '../routes/routes.ts';
export { httpListener, type ListenSettings } from './listen.ts';
