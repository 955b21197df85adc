const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** A local calendar day as a number that orders days: 20261121. */
export type Day = number;

/** The local day of a wall clock time, ms since 1970. */
export function dayOf(at: number): Day {
  const date = new Date(at);
  return date.getFullYear() * 10_000 + (date.getMonth() + 1) * 100 + date.getDate();
}

/**
 * Whether a file whose last line is of the day `last` is put away before a line of `today` is written.
 * A clock that was set back puts nothing away.
 */
export const mustRotate = (last: Day, today: Day): boolean => today > last;

/** Where the file of a day goes, below `R/logs/cluster`: `2026/Nov`, `cluster.log-21` (`reference/links.md` 5, 4.14). */
export function archivePlace(day: Day): { readonly folder: string; readonly name: string } {
  const year = String(Math.floor(day / 10_000)).padStart(4, '0');
  const month = months[(Math.floor(day / 100) % 100) - 1] ?? 'Jan';
  return { folder: `${year}/${month}`, name: `cluster.log-${String(day % 100).padStart(2, '0')}` };
}

/** The archive that a put-away file (`cluster.log-21`, or `cluster.log-21.2` when that was taken) is packed into. */
export function archiveOf(name: string): string | undefined {
  const [, archive] = /^(cluster\.log-[0-9]{2})(?:\.[0-9]+)?$/.exec(name) ?? [];
  return archive === undefined ? undefined : `${archive}.gz`;
}
