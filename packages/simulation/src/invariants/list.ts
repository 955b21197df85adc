/** Every promise that is watched, as `docs/simulation.md` explains it. */
export interface Invariant {
  readonly name: string;
  readonly about: string;
}

export const invariants: readonly Invariant[] = [
  {
    name: 'one-turn-at-a-time',
    about:
      'The scheduler gives no mailbox a turn while another turn is on the stack. It sees turns alone: whether handlers overlap inside one is seen by the probes of `actors`.',
  },
  {
    name: 'actors',
    about:
      'Probe actors: order per sender, one handler at a time, nothing of a dead incarnation reaches the next, an ask of a stopped actor fails at once.',
  },
  {
    name: 'generation-held',
    about: 'A worker that says it holds a generation has exactly its files, but for what others changed since.',
  },
  {
    name: 'generations-grow',
    about: 'Announced generations only grow, over all starts of the master, and each has one root.',
  },
  { name: 'generation-true', about: 'What the master announces of a file was there.' },
  {
    name: 'whole-files',
    about: 'A file under its own name on a worker is one that the master had there, also after a loss of power.',
  },
  { name: 'no-wrong-deletion', about: 'A worker deletes nothing that the master has all the time.' },
  {
    name: 'guarded-deletion',
    about:
      "Deletions beyond the guard's limits were true on the master for as long as the guard waits; and what a worker says it holds back it does not delete before that.",
  },
  {
    name: 'trash',
    about:
      'What a worker deletes lies in its trash afterwards, and goes from there only when eight newer deletions do.',
  },
  {
    name: 'journal',
    about: 'What a journal says is done before the journal goes, and a loss of power takes none of it back.',
  },
  { name: 'prompt', about: "A change of the master's files is in its newest generation soon after its hint." },
  { name: 'restart-budget', about: 'No supervisor grants more restarts than its budget.' },
  { name: 'master-only-reads', about: "A master's node changes none of the files that it gives to others." },
  {
    name: 'strangers',
    about:
      'Who is not of the cluster is welcomed by nobody and shown in no view; no link is closed for one, nor that of a worker that answers for whoever has its name.',
  },
  {
    name: 'equal-after-healing',
    about: "Within the time given every worker has the master's files with the right modes, and the master says so.",
  },
  {
    name: 'agents-after-healing',
    about:
      'Within the time given the master shows each agent of its client.keys once, and nobody else: where it reported last, when, how it is; and every node has the same groups, and nothing of agents that are none.',
  },
  {
    name: 'newest-wins',
    about: 'The master never goes back from what one node heard of an agent to what another heard of it earlier.',
  },
  {
    name: 'acknowledged-kept',
    about:
      'What the master acknowledged of an agent is in its store after any end of its process, unless the agent is none any more.',
  },
  {
    name: 'clean-when-acknowledged',
    about: 'A worker takes for held by the master what the master has acknowledged, and nothing else.',
  },
  {
    name: 'registered-once',
    about: 'Whoever asked for an agent has one line in client.keys at most, of the id that he was told.',
  },
  {
    name: 'haproxy-after-healing',
    about:
      'Within a bounded time HAProxy has one server for each node that is to have agents, ready, up, checked, at its address and with its weight, and no other; the agents lie on them within the tolerance; and its file names the same servers.',
  },
  {
    name: 'no-cut-below-target',
    about:
      'Where agents are taken no session is ended that leaves fewer than the share of that server, by the weights wanted; of a node that was not up since the master started, by that in HAProxy.',
  },
  { name: 'no-agent-cut-twice', about: 'No agent loses its connection twice for one plan.' },
  {
    name: 'agents-not-refused',
    about: 'HAProxy has a server for every agent while the master takes agents and can ask HAProxy.',
  },
  {
    name: 'only-wanted-servers',
    about: 'No agent is sent to a node that is drained or excluded, while the master can ask HAProxy.',
  },
  {
    name: 'nothing-left-over',
    about: 'After a stop no actor, timer, connection, watch or open file of the process is left.',
  },
  { name: 'bounded-mailboxes', about: 'No mailbox grows beyond its bound, none of a node overflows.' },
  { name: 'bounded-links', about: 'No more bytes wait in a connection than its queue takes.' },
  { name: 'no-bug-in-logs', about: 'No node logs a broken invariant of its own code.' },
  { name: 'honest-peers', about: 'No node of the cluster is said to have broken the protocol.' },
  { name: 'no-unordered-crash', about: 'No actor crashes that was not told to.' },
  { name: 'no-unhandled-rejection', about: 'No promise is rejected unheard.' },
  { name: 'no-throw-outside-actors', about: 'Nothing is thrown outside every actor.' },
  {
    name: 'secrets',
    about:
      "The cluster's key is in no log, in no byte sent and in no answer; an agent's in no log and in no answer but to who registers it.",
  },
  {
    name: 'answered-in-time',
    about:
      'Whoever asks at a door of a node that runs is answered or refused once: within 2 s, where something is changed within 12 s.',
  },
  {
    name: 'events-grow',
    about:
      "Ids of a node's events only grow, each is one event for ever, and what whoever reads on has passed does not come later.",
  },
  {
    name: 'masters-orders',
    about: 'A master orders other nodes what was asked for at its own door, and nothing else.',
  },
  {
    name: 'liveness',
    about:
      'In calm weather nobody who is up is accused; and who is dead is missed in time, in any weather in which the master runs, stands not still and hears no strange names and no late bytes.',
  },
  {
    name: 'known-workers',
    about:
      'Whom a master has seen up has a row in every later view, also of its later processes, until it says goodbye or is forgotten.',
  },
  {
    name: 'standing',
    about:
      'Of what a worker did last, as the master shows it, nothing ends before it began, and no date runs back while its process lives.',
  },
];
