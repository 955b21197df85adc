import { ConfigError, describeConfig, describeConfigError } from '@muster/config';
import { readConfig } from '@muster/daemon';

/** What the configuration of `root` comes to, or every fault that it has, in words for people. */
export async function checkConfiguration(root: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    return { ok: true, text: describeConfig(await readConfig(root)).trimEnd() };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, text: describeConfigError(error).trimEnd() };
    throw error;
  }
}
