/** What the process that is killed writes, and the one that looks expects. */
const fields =
  'name ip version osName osVersion osMajor osMinor osCodename osBuild osPlatform osUname osArch configSum mergedSum managerHost nodeName groupConfigStatus';

const infoOf = (number) => ({
  ...Object.fromEntries(fields.split(' ').map((field) => [field, `${field} ${number} ${'x'.repeat(number % 40)}`])),
  labels: [],
});

/** Batch `number` of a seed: the same in both. Every agent of it bears its number. */
exports.batchOf = (seed, number) => {
  const first = ((seed + number) * 97) % 700;
  return Array.from({ length: 40 }, (_, i) => ({
    id: first + i * 3 + 1,
    revision: number + 1,
    seenMs: number + 1,
    status: 'active',
    code: number % 6,
    disconnectedMs: 0,
    info: infoOf(number),
  }));
};
