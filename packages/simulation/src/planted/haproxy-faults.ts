/** Planted in what balances the agents behind HAProxy. */
import { lines, type PlantedFault } from './fault.ts';

export const haproxyFaults: readonly PlantedFault[] = [
  {
    name: 'haproxy-one-share-too-many',
    about: 'Shares are counted as if there were one server more than there is, so each gives up more than it should.',
    module: 'actors/haproxy-balancer/dist/plan.js',
    find: lines(
      '    const weights = takers.reduce((all, { weight }) => all + weight, 0);',
      '    const shares = takers.map(',
    ),
    put: lines(
      '    const weights = takers.reduce((all, { weight }) => all + weight, 100);',
      '    const shares = takers.map(',
    ),
    expects: ['no-cut-below-target', 'haproxy-after-healing'],
    needs: 'a node joins when there are agents',
  },
  {
    name: 'haproxy-file-not-written',
    about: 'The servers are not written down after a change of membership.',
    module: 'actors/haproxy-balancer/dist/membership.js',
    find: "return persistKey(sorted) === state.persisted ? [] : [{ do: 'persist', servers: sorted }];",
    put: "return persistKey(sorted) === state.persisted || state.persisted !== undefined ? [] : [{ do: 'persist', servers: sorted }];",
    expects: ['haproxy-after-healing'],
    needs: 'a node joins after the first was written down',
  },
  {
    name: 'haproxy-drift-stays',
    about: 'A state that was asked for once is taken for what is there: what is edited by hand stays.',
    module: 'actors/haproxy-balancer/dist/membership.js',
    find: lines('function changeOf({ server, member, fate, wish }) {', '    if (server.admin === wish)'),
    put: lines(
      'function changeOf({ server, member, known, fate, wish }) {',
      '    if (server.admin === wish || known?.asked === wish)',
    ),
    expects: ['haproxy-after-healing', 'agents-not-refused'],
    needs: 'an operator drains a server by hand, or puts it into maintenance',
  },
  {
    name: 'haproxy-drain-ignored',
    about: 'A node that an operator drained takes agents like any other.',
    module: 'actors/haproxy-balancer/dist/fates.js',
    find: lines("        case 'drained':", "            return 'rest';"),
    put: lines("        case 'drained':", "            return 'serve';"),
    expects: ['only-wanted-servers'],
    needs: 'a node is drained for longer than it takes to carry that out',
  },
];
