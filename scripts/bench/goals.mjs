/** What is asked of each figure. `ratio` is the value over its yardstick of the same run. */
const atMost = (limit, unit) => ({ text: `at most ${limit} ${unit}`, met: ({ value }) => value <= limit });
const atLeast = (limit, unit) => ({ text: `at least ${limit} ${unit}`, met: ({ value }) => value >= limit });
const times = (limit) => ({ text: `at most ${limit} x`, met: ({ ratio }) => ratio <= limit });
const share = (limit) => ({ text: `at least ${limit} of it`, met: ({ ratio }) => ratio >= limit });
/** For seconds. */
const timesAnd = (limit, more) => ({
  text: `at most ${limit} x + ${more} s`,
  met: ({ value, yardstick }) => value <= limit * yardstick + more,
});

export const goals = {
  'tell, one actor': atLeast(2_000_000, '/s'),
  'tell, among 10,000 siblings': share(0.9),
  'tell, in a nested supervisor of 10,000 children': share(0.9),
  'simulation.5-nodes-1,000-files': atLeast(1_000, 'simulated s/CPU-s'),
  'link.messages-one-way': atLeast(200_000, '/s'),
  'link.requests-100-in-flight': atLeast(100_000, '/s'),
  'link.bulk': share(0.85),
  'link.heartbeat-under-bulk-p99': atMost(50, 'ms'),
  'scan of 10,000 files, cold': times(1.5),
  'scan of 10,000 files, unchanged': times(3),
  'cluster.new-file-among-1,000-p50': atMost(200, 'ms'),
  'cluster.new-file-among-1,000-p99': atMost(1_000, 'ms'),
  'cluster.new-file-among-50,000-p50': atMost(200, 'ms'),
  'cluster.new-file-among-50,000-p99': atMost(1_000, 'ms'),
  'cluster.new-files-1,000': times(1.5),
  'cluster.new-files-10,000': times(1.5),
  'cluster.one-file-of-100-MiB': times(1.5),
  'cluster.first-sync-10,000-files-1-workers': timesAnd(1.5, 1),
  'cluster.first-sync-10,000-files-4-workers': timesAnd(1.5, 1),
  'cluster.idle-minute-master': atMost(0.5, 'CPU-s'),
  'cluster.idle-minute-worker': atMost(0.3, 'CPU-s'),
  'cluster.idle-minute-sent': atMost(50, 'KB'),
  'cluster.memory-idle-master': atMost(110, 'MB'),
  'cluster.memory-idle-worker': atMost(90, 'MB'),
  'cluster.memory-above-idle-during-100-MiB': atMost(64, 'MB'),
  'agents.100,000-statuses-from-1': times(1.5),
  'agents.100,000-statuses-from-1-wire': times(0.333),
  'agents.100,000-statuses-from-1-stall-master': atMost(50, 'ms'),
  'agents.100,000-statuses-from-1-stall-worker': atMost(50, 'ms'),
  'agents.100,000-statuses-from-1-stop-master': atMost(50, 'CPU-ms'),
  'agents.100,000-statuses-from-1-stop-worker': atMost(50, 'CPU-ms'),
  'agents.100,000-statuses-from-1-memory-master': atMost(64, 'MB'),
  'agents.100,000-statuses-from-1-memory-worker': atMost(64, 'MB'),
  'agents.1,000,000-statuses-from-4-rss-master': atMost(400, 'MB'),
  'agents.1,000,000-statuses-from-4-rss-worker': atMost(400, 'MB'),
  'agents.one-status-p99': atMost(1_000, 'ms'),
  'agents.group-of-one-among-100,000': atMost(1_000, 'ms'),
  'agents.group-of-one-among-100,000-sent': atMost(1_000, 'B'),
  'agents.digest-change-among-100,000': times(1.5),
};
