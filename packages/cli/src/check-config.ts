import { ConfigError, configRows, describeConfig, describeConfigError, faultLine } from '@muster/config';
import { readConfig } from '@muster/daemon';

/** `value`: the same for programs. Secrets are in neither. */
export interface ConfigCheck {
  readonly ok: boolean;
  readonly text: string;
  readonly value: object;
}

/** What the configuration of `root` comes to, or every fault that it has, in words for people. */
export async function checkConfiguration(root: string): Promise<ConfigCheck> {
  try {
    const config = await readConfig(root);
    const { warnings } = config;
    const value = { ok: true, values: Object.fromEntries(configRows(config)), warnings, faults: [] };
    return { ok: true, text: describeConfig(config).trimEnd(), value };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { warnings } = error;
    const faults = error.faults.map((fault) => ({ ...fault, words: faultLine(fault) }));
    return { ok: false, text: describeConfigError(error).trimEnd(), value: { ok: false, warnings, faults } };
  }
}
