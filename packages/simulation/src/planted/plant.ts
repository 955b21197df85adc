/**
 * Adapter: how a process gets a planted fault. It imports the built product, in which one text of one module
 * is another (ADR 0012); the files stay as they are, and no other process sees anything of it.
 */
import { readFileSync } from 'node:fs';
import type { PlantedFault } from './fault.ts';
import { plantedFaults } from './planted-faults.ts';

/** The folder of the workspace, seen from the sources and from what is built of them alike. */
const workspace = new URL('../../../../', import.meta.url);
const registration = new URL('../../dist/planted/register.js', import.meta.url);

/** What Node has to be started with, before the script: `node ...nodeArgumentsFor(name) script`. Throws for an unknown name. */
export function nodeArgumentsFor(name: string): readonly string[] {
  const url = new URL(registration);
  url.searchParams.set('fault', faultNamed(name).name);
  return ['--import', url.href];
}

export function faultNamed(name: string): PlantedFault {
  const fault = plantedFaults.find((one) => one.name === name);
  if (fault !== undefined) return fault;
  const names = plantedFaults.map((one) => one.name).join(', ');
  throw new Error(`There is no planted fault ${JSON.stringify(name)}; there are ${names}`);
}

/** A module as it is imported instead of the file at `url`. */
export interface Planted {
  readonly url: string;
  readonly source: string;
}

/** Throws when the fault is stale: the built module is not there, or does not hold its text exactly once. */
export function plant(fault: PlantedFault): Planted {
  const url = new URL(fault.module, workspace);
  return { url: url.href, source: replaced(fault, read(fault, url)) };
}

/** `source` with the fault in it. Throws when its text does not occur exactly once. */
export function replaced(fault: PlantedFault, source: string): string {
  const parts = source.split(fault.find);
  if (parts.length === 2) return parts.join(fault.put);
  const times = parts.length - 1;
  throw new StaleFault(fault, `${fault.module} holds ${times === 0 ? 'nowhere' : `${times} times`}:\n${fault.find}`);
}

function read(fault: PlantedFault, url: URL): string {
  try {
    return readFileSync(url, 'utf8');
  } catch (cause) {
    throw new StaleFault(fault, `${fault.module} cannot be read; is it built?`, { cause });
  }
}

/** The product has moved on: the fault has to be written anew, or dropped. */
export class StaleFault extends Error {
  override readonly name = 'StaleFault';
  constructor(fault: PlantedFault, text: string, options?: ErrorOptions) {
    super(`The planted fault ${fault.name} is stale: ${text}`, options);
  }
}
