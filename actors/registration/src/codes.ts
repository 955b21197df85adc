/** authd's codes (`reference/agent-info.md` 2). Agents and tools know them: none is of our making. */
export const codes = {
  internal: 9001,
  badArguments: 9004,
  badName: 9005,
  badIp: 9006,
  duplicateIp: 9007,
  duplicateName: 9008,
  badKey: 9009,
  badId: 9010,
  unknownId: 9011,
  duplicateId: 9012,
  tooManyAgents: 9013,
  badGroup: 9014,
  workerNode: 9015,
} as const;
