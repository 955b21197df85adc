import { formatDuration, formatSize } from './quantity.ts';

export interface Described {
  /** What it does and why its bounds are what they are. One paragraph, also in `docs/configuration.md`. */
  readonly about: string;
}

export interface Bounded extends Described {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** Text of a certain form. */
export interface Formed extends Described {
  /** Of a JSON Schema; anchored. */
  readonly pattern: string;
  readonly maxLength: number;
  /** The form in words. */
  readonly allowed: string;
}

/** One option of `muster.yaml`. Durations are in milliseconds, sizes in bytes. */
export type Option =
  | (Bounded & { readonly kind: 'duration' | 'size' | 'integer' })
  | (Described & { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string | undefined })
  | (Described & { readonly kind: 'account'; readonly default: undefined })
  | (Formed & { readonly kind: 'text'; readonly default: string | undefined })
  /** A text that is never shown. */
  | (Described & { readonly kind: 'secret'; readonly maxLength: number; readonly default: undefined })
  /** Texts of one form, each once. */
  | (Formed & { readonly kind: 'list'; readonly maxItems: number; readonly default: undefined })
  /** What differs for single nodes, by their names. */
  | (Described & { readonly kind: 'nodes'; readonly default: undefined });

export const ms = 1;
export const s = 1000 * ms;
export const minute = 60 * s;
export const hour = 60 * minute;

export const duration = (value: number, min: number, max: number, about: string): Option => ({
  kind: 'duration',
  default: value,
  min,
  max,
  about,
});
export const integer = (value: number, min: number, max: number, about: string): Option => ({
  kind: 'integer',
  default: value,
  min,
  max,
  about,
});
export const absolutePath = (about: string): Option & { readonly kind: 'text' } => ({
  kind: 'text',
  default: undefined,
  pattern: '^/[^\\u0000-\\u001f\\u007f]+$',
  maxLength: 4_096,
  allowed: 'an absolute path',
  about,
});

/** What `haproxy.nodes` may say of a node. */
export const nodeOverrides = {
  address: { pattern: '^[A-Za-z0-9._:-]{1,253}$', allowed: 'an IP address or DNS name' },
  port: { min: 1, max: 65_535 },
  /** HAProxy's. */
  weight: { min: 1, max: 256 },
} as const;

/** What an option allows, in words. */
export function allowedOf(option: Option): string {
  switch (option.kind) {
    case 'duration':
      return `${formatDuration(option.min)} to ${formatDuration(option.max)}, as 200ms, 2.5s, 5m, 1h or a number of seconds`;
    case 'size':
      return `${formatSize(option.min)} to ${formatSize(option.max)}, as 64MiB, 1GiB or a number of bytes`;
    case 'integer':
      return `an integer from ${option.min} to ${option.max}`;
    case 'choice':
      return option.choices.join(', ');
    case 'account':
      return 'a name of this system, or an id from 0 to 4294967294';
    case 'text':
      return option.allowed;
    case 'secret':
      return `text of 1 to ${option.maxLength} characters; one of digits alone, or with : or # in it, in quotes`;
    case 'list':
      return `a list of at most ${option.maxItems}, each ${option.allowed}`;
    case 'nodes': {
      const { address, port, weight } = nodeOverrides;
      return `by node name any of address (${address.allowed}), port (${port.min} to ${port.max}), weight (${weight.min} to ${weight.max})`;
    }
  }
}

/** An option's default as one would write it; undefined when the text of `about` says it. */
export function defaultOf(option: Option): string | number | undefined {
  if (option.kind === 'duration') return formatDuration(option.default);
  return option.kind === 'size' ? formatSize(option.default) : option.default;
}
