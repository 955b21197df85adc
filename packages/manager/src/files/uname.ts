/** The first line of an agent-info file (`reference/agent-info.md` 4): `<uname> - <version> / <md5 of the configuration>`. Pure. */
import type { AgentInfo } from '@muster/protocol';

/** What the line tells. An unknown text is ''. */
export type Uname = Pick<
  AgentInfo,
  | 'osUname'
  | 'osName'
  | 'osVersion'
  | 'osMajor'
  | 'osMinor'
  | 'osCodename'
  | 'osPlatform'
  | 'osArch'
  | 'version'
  | 'configSum'
>;

const none = { osName: '', osVersion: '', osMajor: '', osMinor: '', osCodename: '', osPlatform: '' } as const;
const windows = 'windows';
const sumLength = 32;

/** Never throws; what is not understood stays in `osUname`. */
export function parseUname(line: string): Uname {
  const [before, configSum] = withoutSum(line);
  const at = before.lastIndexOf(' - ');
  const system = systemOf(at < 0 ? before : before.slice(0, at));
  return { ...system, version: at < 0 ? '' : before.slice(at + 3), configSum };
}

function withoutSum(line: string): readonly [before: string, sum: string] {
  const at = line.length - sumLength - 3;
  if (at < 0 || line.slice(at, at + 3) !== ' / ') return [line, ''];
  const sum = line.slice(at + 3);
  return /^[0-9a-f]{32}$/.test(sum) ? [line.slice(0, at), sum] : [line, ''];
}

type System = Omit<Uname, 'version' | 'configSum'>;

function systemOf(text: string): System {
  const at = text.endsWith(']') ? text.lastIndexOf(' [') : -1;
  const osUname = at < 0 ? text : text.slice(0, at);
  const system = at < 0 ? undefined : bracketOf(text.slice(at + 2, -1), osUname);
  return { ...none, ...(system ?? { osUname: text }), osArch: archOf(osUname), ...numbersOf(system?.osVersion ?? '') };
}

/** `name|platform: version (codename)`, or of Windows `Ver: version`. */
function bracketOf(
  text: string,
  osUname: string,
): (Partial<System> & { osUname: string; osVersion: string }) | undefined {
  if (text.startsWith('Ver: ')) return { osUname, osName: osUname, osPlatform: windows, osVersion: text.slice(5) };
  const [bar, colon] = [text.indexOf('|'), text.indexOf(': ')];
  if (bar < 0 || colon < bar) return undefined;
  const rest = text.slice(colon + 2);
  const open = rest.endsWith(')') ? rest.lastIndexOf(' (') : -1;
  return {
    osUname,
    osName: text.slice(0, bar),
    osPlatform: text.slice(bar + 1, colon),
    osVersion: open < 0 ? rest : rest.slice(0, open),
    osCodename: open < 0 ? '' : rest.slice(open + 2, -1),
  };
}

const archOf = (osUname: string): string =>
  osUname.includes('|') ? osUname.slice(osUname.lastIndexOf('|') + 1).trim() : '';

function numbersOf(version: string): Pick<System, 'osMajor' | 'osMinor'> {
  const [, osMajor = '', osMinor = ''] = /^(\d{1,20})(?:\.(\d{1,20}))?/.exec(version) ?? [];
  return { osMajor, osMinor };
}

/** The line again. */
export function renderUname({ version, configSum, ...system }: Uname): string {
  const text = version === '' ? renderSystem(system) : `${renderSystem(system)} - ${version}`;
  return configSum === '' ? text : `${text} / ${configSum}`;
}

function renderSystem({ osUname, osName, osPlatform, osVersion, osCodename }: System): string {
  if (osName === '' && osVersion === '') return osUname;
  if (osPlatform === windows) return `${osUname} [Ver: ${osVersion}]`;
  return `${osUname} [${osName}|${osPlatform}: ${osVersion}${osCodename === '' ? '' : ` (${osCodename})`}]`;
}
