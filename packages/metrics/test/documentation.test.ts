/** The papers on metrics say what the code says, and ask of nothing that there is not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { definitionOf, metricNames } from '../src/index.ts';

const read = (name: string): string => readFileSync(join(__dirname, '../../../docs', name), 'utf8');
const paper = read('metrics.md');
const yamlAfter = (mark: string): unknown =>
  parse(new RegExp(`<!-- ${mark} -->\\s+\`\`\`yaml\\n([\\s\\S]*?)\`\`\``).exec(paper)?.[1] ?? '');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const { groups } = yamlAfter('rules') as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const { panels } = JSON.parse(read('grafana.json')) as { readonly panels: readonly Panel[] };
const exprs = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => [title, expr, legendFormat] as const),
);

/** Each metric of an expression with the labels that it is chosen by. */
const usesOf = (expr: string): readonly { readonly name: string; readonly labels: readonly string[] }[] =>
  [...expr.matchAll(/\b(muster_[a-z_]+|up)\b(?:\{([^}]*)\})?/g)].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/([a-z_]+)\s*=?[=~]/g)].map(([, label = '']) => label),
  }));

/** What is wrong with the metrics of an expression. */
function wrongIn(expr: string): readonly string[] {
  return usesOf(expr).flatMap(({ name, labels }) => {
    const base = metricNames.find((known) => known === name || `${known}_bucket` === name);
    if (base === undefined && name !== 'up') return [`there is no ${name}`];
    const { labels: has, type } = base === undefined ? { labels: ['job'], type: 'gauge' } : definitionOf(base);
    const isRated = new RegExp(`(?:rate|increase)\\(${name}\\b`).test(expr);
    return [
      ...labels
        .filter((label) => label !== 'instance' && !has.includes(label))
        .map((label) => `${name} has no ${label}`),
      ...(isRated === (type !== 'gauge') ? [] : [`${name} is a ${type}`]),
    ];
  });
}

describe('docs/metrics.md', () => {
  const listed = [...paper.matchAll(/^\| `(muster_\w+)` +\| ([a-z]+) +\| (.*?) *\| ([a-z]+) +\| (.*?) *\|$/gm)];

  it('has every metric once, with its type, its labels, its role and what it is', () => {
    const rows = listed.map(([, ...cells]) => cells);
    const wanted = metricNames.map((name) => {
      const { type, labels, role, help } = definitionOf(name);
      return [name, type, labels.map((label) => `\`${label}\``).join(', '), role ?? 'both', help];
    });
    expect([...rows].sort()).toEqual([...wanted].sort());
  });

  it('names no metric in its text that there is not', () => {
    const named = [...paper.matchAll(/`(muster_[a-z_]+)`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !metricNames.some((known) => known === name))).toEqual([]);
  });

  it('shows a scrape with a user and over TLS', () => {
    const { scrape_configs: [job] = [] } = yamlAfter('scrape') as { readonly scrape_configs?: readonly object[] };
    expect(job).toMatchObject({
      ...{ job_name: 'muster', scheme: 'https', metrics_path: '/metrics' },
      ...{ basic_auth: { username: 'prometheus' }, tls_config: { ca_file: expect.any(String) } },
    });
  });
});

describe('the alert rules', () => {
  it.each(rules.map(({ alert, expr }) => [alert, expr]))(
    '%s asks of metrics and labels that there are',
    (_alert, expr) => {
      expect(usesOf(expr).length).toBeGreaterThan(0);
      expect(wrongIn(expr)).toEqual([]);
    },
  );

  it('have a name of their own each, a severity, words and a cure', () => {
    expect(rules.filter(({ alert }, index) => rules.findIndex((other) => other.alert === alert) !== index)).toEqual([]);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Muster[A-Z][A-Za-z]+$/);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect([annotations.summary, annotations.cure]).toEqual([expect.stringMatching(/\.$/), expect.any(String)]);
    }
  });

  it('speak in their words of labels that their expression keeps', () => {
    const lost = rules.flatMap(({ alert, expr, annotations }) => {
      const said = [
        ...Object.values(annotations)
          .join()
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, label = '']) => label);
      const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
      const has = kept ?? ['instance', ...usesOf(expr).flatMap(({ name }) => labelsOf(name))];
      return said.filter((label) => !has.includes(label)).map((label) => `${alert}: ${label}`);
    });
    expect(lost).toEqual([]);
  });

  it('watch every kind of metric that can go wrong', () => {
    const used = new Set(rules.flatMap(({ expr }) => usesOf(expr).map(({ name }) => name)));
    const watched = [
      'muster_node_up',
      'muster_node_lag_generations',
      'muster_node_behind_seconds',
      'muster_node_sync_state',
    ];
    const links = ['muster_link_up', 'muster_link_reconnects_total', 'muster_link_queued_bytes'];
    const actors = ['muster_actor_restarts_total', 'muster_actor_mailbox_messages', 'muster_dead_letters_total'];
    const rest = ['muster_event_loop_delay_seconds', 'muster_agents', 'muster_store_bytes', 'muster_scrape_faults'];
    const balancers = ['muster_balancer_reachable', 'muster_balancer_phase'];
    for (const name of [...watched, ...links, ...actors, ...rest, ...balancers]) expect(used).toContain(name);
  });

  const labelsOf = (name: string): readonly string[] => {
    const base = metricNames.find((known) => known === name);
    return base === undefined ? [] : definitionOf(base).labels;
  };
});

describe('docs/grafana.json', () => {
  it.each(exprs)('%s asks of metrics and labels that there are: %s', (_title, expr) => {
    expect(usesOf(expr).length).toBeGreaterThan(0);
    expect(wrongIn(expr)).toEqual([]);
  });

  it('has panels of different numbers that do not lie on each other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    const overlaps = panels.flatMap(({ title, gridPos: { h, w, x, y } }) => {
      const cells = Array.from({ length: h * w }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`);
      const hit = cells.find((cell) => taken.has(cell));
      for (const cell of cells) taken.set(cell, title);
      return [
        ...(hit === undefined ? [] : [`${title} on ${taken.get(hit)}`]),
        ...(x + w > 24 ? [`${title} too wide`] : []),
      ];
    });
    expect(overlaps).toEqual([]);
  });

  it('shows each part that metrics have', () => {
    const used = new Set(exprs.flatMap(([, expr]) => usesOf(expr).map(({ name }) => name.replace(/_bucket$/, ''))));
    const parts = ['node', 'files', 'link', 'actor', 'agents', 'balancer', 'events', 'store', 'resident'];
    expect(parts.filter((part) => ![...used].some((name) => name.startsWith(`muster_${part}`)))).toEqual([]);
  });
});
