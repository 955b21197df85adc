/** The command lines of what looks after a node that may be ill. */
import { resolve } from 'node:path';
import { type Adding, type Json, type Root, withJson } from './arguments.ts';

export function addCare({ command, deps, output, finish }: Adding): void {
  withJson(command('doctor', 'check this node and the cluster, and say how to mend what is wrong')).action(
    async ({ root, json }: Root & Json) => finish(await deps.doctor(root, json === true, output)),
  );
  command('support-bundle', 'write what helps to find a fault into FILE (.tar.gz), without secrets')
    .argument('<file>', 'a file that is not there yet', (path) => resolve(path))
    .action(async (file: string, { root }: Root) => finish(await deps.supportBundle(root, file, output)));
}
