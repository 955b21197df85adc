import { ConfigError, loadConfig, type NodeConfig } from '@muster/config';

export const key = 'abcdefghijklmnopqrstuvwxyz012345';

/** A whole, valid section, but for what `options` replaces or adds. Undefined leaves an option out. */
export function clusterXml(options: Readonly<Record<string, string | undefined>> = {}): string {
  const all = { key, nodes: '<node>10.0.0.1</node>', ...options };
  const rows = Object.entries(all).filter(([, value]) => value !== undefined);
  return `<cluster>\n${rows.map(([name, value]) => `  <${name}>${value}</${name}>\n`).join('')}</cluster>\n`;
}

export const ossec = (...sections: readonly string[]): string =>
  `<ossec_config>\n${sections.join('\n')}</ossec_config>\n`;

/** Files by path; R is `/r`. */
export type Files = Readonly<Record<string, string>>;

export const load = (files: Files): Promise<NodeConfig> =>
  loadConfig({ root: '/r', read: async (path) => files[path] });

export const loadOssec = (text: string, more: Files = {}): Promise<NodeConfig> =>
  load({ '/r/etc/ossec.conf': text, ...more });

export const loadMuster = (text: string): Promise<NodeConfig> =>
  loadOssec(ossec(clusterXml()), { '/r/etc/muster.yaml': text });

/** The error of a configuration that cannot be used. */
export async function errorOf(loading: Promise<NodeConfig>): Promise<ConfigError> {
  const outcome = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof ConfigError) return outcome;
  throw new Error(`expected a ConfigError, got ${String(outcome)}`);
}

/** The texts of all faults. */
export const faultsOf = async (loading: Promise<NodeConfig>): Promise<readonly string[]> =>
  (await errorOf(loading)).faults.map(({ text }) => text);
