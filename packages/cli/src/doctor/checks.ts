/** Every check, in the order in which they are shown. */

import { type ExitCode, exitCodes } from '../exit-codes.ts';
import {
  checkClocks,
  checkDisks,
  checkNode,
  checkReach,
  checkSync,
  checkVersions,
  nodeCheck,
} from './check-cluster.ts';
import { checkConfiguration, checkFingerprints, checkKey } from './check-config.ts';
import { checkDirectories, checkSecretFiles } from './check-files.ts';
import {
  checkBeside,
  checkCertificate,
  checkHaproxy,
  checkOpenFiles,
  checkTime,
  checkWatches,
} from './check-machine.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';

const checks: readonly ((facts: Facts) => readonly Finding[])[] = [
  checkConfiguration,
  checkKey,
  checkNode,
  checkFingerprints,
  checkReach,
  checkSync,
  checkClocks,
  checkVersions,
  checkTime,
  checkDisks,
  checkSecretFiles,
  checkDirectories,
  checkWatches,
  checkOpenFiles,
  checkBeside,
  checkHaproxy,
  checkCertificate,
];

export const findingsOf = (facts: Facts): readonly Finding[] => checks.flatMap((check) => check(facts));

/** 2: something failed here; 3: nothing did, and the node could not be asked, so that the half of it was not looked at. */
export function codeOf(facts: Facts, findings: readonly Finding[]): ExitCode {
  const failed = findings.filter(({ verdict, check }) => verdict === 'fail' && check !== nodeCheck);
  if (failed.length > 0) return exitCodes.notInSync;
  return facts.node.ok ? exitCodes.fine : exitCodes.notReachable;
}
