import { type Paint, renderTable } from '@muster/render';
import { catalogue, type Spec } from '../language/catalogue.ts';

/** Every command, one a line; those that change something last. */
export function renderHelp(paint: Paint): readonly string[] {
  const rows = (specs: readonly Spec[]) =>
    specs.map(({ usage, about }) => [
      { text: usage.length > 24 ? usage.replace(/ \[--.*$/, ' …') : usage, tone: 'bold' as const },
      { text: about },
    ]);
  const views = catalogue.filter(({ operates }) => operates !== true);
  const orders = catalogue.filter(({ operates }) => operates === true);
  return [
    ...renderTable(['COMMAND', 'WHAT IT SHOWS OR DOES'], [...rows(views), ...rows(orders)], paint),
    '',
    `${orders.map(({ name }) => name).join(', ')} change the node: they are for muster inspect --operate.`,
    'PATH is that of an actor, or its unique end: worker1 is /links/node:worker1. TAB completes.',
    'help COMMAND shows its options and examples; ; separates commands.',
  ];
}

export const renderHelpOf = ({ usage, about, examples, operates }: Spec): readonly string[] => [
  usage,
  '',
  `${about[0]?.toUpperCase()}${about.slice(1)}.`,
  ...(operates === true ? ['It changes the node: it is for muster inspect --operate.'] : []),
  '',
  'Examples',
  ...examples.map((example) => `  ${example}`),
];
