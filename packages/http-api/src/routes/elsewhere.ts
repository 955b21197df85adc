/** Routes of the reference that Muster does not have, and what does their work. Asked for, they say so instead of "not found". */

interface Elsewhere {
  readonly method: string;
  /** In the form of a route. */
  readonly path: string;
  readonly instead: string;
}

const manager = "the manager's own API, by default on port 55000 of the node in question";
const get = (path: string, instead: string): Elsewhere => ({ method: 'GET', path, instead });
const put = (path: string, instead: string): Elsewhere => ({ method: 'PUT', path, instead });

export const elsewhere: readonly Elsewhere[] = [
  get('/cluster/api/config', manager),
  get('/cluster/configuration/validation', 'muster check-config on the node, and its manager for the rest'),
  put('/cluster/restart', "the service of each manager; Muster's own actors are restarted with muster inspect"),
  put('/cluster/analysisd/reload', manager),
  get('/cluster/:node/configuration', manager),
  put('/cluster/:node/configuration', "the node's own ossec.conf: a cluster never writes it"),
  get('/cluster/:node/configuration/:component/:configuration', manager),
  get('/cluster/:node/config/:component/:configuration', manager),
  get('/cluster/:node/configuration/validation', 'muster check-config on the node'),
  get('/cluster/:node/stats', manager),
  get('/cluster/:node/stats/hourly', manager),
  get('/cluster/:node/stats/weekly', manager),
  get('/cluster/:node/stats/analysisd', manager),
  get('/cluster/:node/stats/remoted', manager),
  get('/cluster/:node/daemons/stats', manager),
  get('/cluster/:node/files', 'the files of the node, which are those of the master'),
  put('/cluster/:node/restart', 'the service of the manager on that node'),
  get('/agents', 'GET /muster/agents, or the API of the manager on port 55000'),
  get('/security/user/authenticate', 'POST /security/user/authenticate'),
];
