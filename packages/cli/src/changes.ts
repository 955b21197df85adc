/** What counts as news where a view is watched through a pipe. Pure. */

/** Numbers that are other ones at each look, and no news: ages, work that was done, what waits this moment. */
const weather: ReadonlySet<string> = new Set([
  ...['processed', 'mailbox', 'highWater', 'sentBytes', 'receivedBytes', 'rssBytes', 'storeBytes'],
  ...['taken', 'lost', 'unknown', 'unsent', 'unpublished', 'scans', 'hashed'],
]);

/** Two looks with the same digest show the same but for the weather. */
export const digestOf = (value: unknown): string =>
  JSON.stringify(value, (name, part) => (isWeather(name, part) ? undefined : part));

const isWeather = (name: string, value: unknown): boolean =>
  typeof value === 'number' && (weather.has(name) || (name.endsWith('Ms') && name !== 'atMs'));
