/** What must have happened at least once over the seeds of a run: a promise that was never put to the test is not kept. */
export interface Situation {
  readonly name: string;
  readonly about: string;
}

const list = {
  // Transactions and their recovery.
  'cleared: killed while staging': 'A process died with files staged and no journal; the next one removed them.',
  'replayed: killed before the first rename':
    'Died with the journal in its place and nothing of it done; the next process did it.',
  'replayed: killed amid the renames': 'Died with some files renamed and some not.',
  'replayed: killed before the deletions': 'Died with all renamed and nothing deleted yet.',
  'replayed: killed amid the deletions': 'Died with some files deleted and some not.',
  'replayed: killed before the journal was removed': 'Died with all done and the journal still there.',
  'replayed: after a loss of power': 'The journal of a transaction that a loss of power cut was rolled forward.',
  'replayed: by a second process':
    'A process that rolled a journal forward died over it, and the next one did it again.',
  'recovery could not do all': 'What a journal said of some path could not be done.',
  'stopped during a replication': 'A clean stop came while files were staged or a journal stood.',
  'killed while starting': 'A process died before its composition root had returned.',
  'killed while idle': 'A process died between transactions.',
  'start failed': 'A process could not be composed.',
  'trash pruned': 'What was deleted eight deletions ago left the trash.',
  // Power.
  'power tore a file': 'A loss of power left other bytes of a file than were written last.',
  'power took a file': 'A loss of power took a file that was not synced.',
  'power took the journal': 'A loss of power took a journal that was not synced.',
  // Links.
  'link replaced': 'A dead link gave way to a new one of the same worker.',
  'link lost': 'A link broke without a goodbye.',
  'link closed as silent': 'A peer that said nothing lost its link.',
  goodbye: 'A worker left with a goodbye.',
  'dial failed': 'A worker could not reach its master.',
  'handshake timed out': 'A connection did not become a link in time.',
  'connection turned away at a limit': 'A connection made room for others, or got none.',
  'wrong key turned away': 'Somebody without the key was turned away.',
  'wrong cluster refused': 'A hello of another cluster was refused.',
  'duplicate name refused': 'A second node of a name that is alive was refused.',
  "master's name refused": 'A worker that calls itself as the master was refused.',
  'identity mismatch refused': 'A hello that says another name than the key proved was refused.',
  'protocol broken by a stranger': 'Bytes that are no protocol closed a connection.',
  'credit exhausted': 'A stream had sent all that its reader allowed, and waited.',
  'stream aborted': 'Either side gave a stream up.',
  'beat between the pieces of a stream': 'A heartbeat left between two pieces of one stream.',
  'backpressure on a link': 'More bytes waited for a peer than a link lets bulk put there.',
  'message lost at a full link': 'A link was so full, or closing, that a message was dropped.',
  // Who lives.
  'suspect recovered': 'A peer that was suspect was heard again.',
  'down noticed': 'A peer was called down.',
  'down recovered': 'A peer that was down was heard again.',
  'recovered on the same link': 'A partition healed before either side gave the link up.',
  'own lateness noticed': 'A node saw that it was late itself, and gave its peers more time.',
  'clock skew noticed': 'Two wall clocks differed enough to be told.',
  'wall clock jumped back': 'A wall clock went backwards.',
  // Actors and processes.
  'actor restarted': 'An actor crashed and was restarted.',
  'actor stayed stopped': 'A temporary actor crashed, or one crashed while it stopped.',
  'restart budget spent': 'A node gave itself up after too many crashes.',
  'message reached nobody': 'A message came to an actor that was gone.',
  'an ask of a stopped actor failed at once': 'Neither its timeout nor anything else was waited for.',
  'process paused': 'A process stood still as a whole.',
  'master restarted with a new epoch': 'A second start of the master announced its generations.',
  // Generations.
  'whole manifest fetched': 'A worker that was far behind asked for the whole list of files.',
  'changes were enough': 'A worker that was one generation behind needed the changes only.',
  'generations skipped': 'A worker held a generation and then one several later.',
  'generation said again': 'The master announced the same files once more, for a guard had asked.',
  'older generation followed': 'A worker followed a master of another epoch whose files it had in part.',
  // The guard.
  'guard held': 'A mass deletion waited.',
  'guard held client.keys': 'The deletion or the shrinking of client.keys waited.',
  'guard confirmed': 'A mass deletion was said twice, and done.',
  'held generation replaced': 'A mass deletion was taken back before it was done.',
  // The disk.
  'watches exhausted': 'A system without watches was polled.',
  'full scan found what hints lost': 'A change of which no hint came was found by the periodic scan.',
  'drift repaired': 'What somebody changed on a worker was changed back.',
  'extra file removed': 'What somebody added on a worker was removed.',
  'mode mended': 'A mode that somebody changed on a worker was set again.',
  'contested file rested': 'A file that somebody kept changing on a worker was left alone for a while.',
  'file changed while it was sent': 'Content that was fetched was no longer the announced one, and thrown away.',
  'disk full': 'A write found no space.',
  'disk fault': 'A device reported an error.',
  'permission denied': 'A node was not let to a file.',
  'tree not readable whole': 'A scan that could not read all published nothing.',
  'tree readable again': 'After that it could.',
  'directory unmounted': 'A directory that held files was gone, or empty on another device.',
  'oversize held': 'A file over the limit was left out.',
  'broken name held': 'A file whose name cannot be sent was left out.',
  'symlink held': 'A symlink that leads elsewhere was left out.',
  'held no longer': 'A file that was left out was no more.',
  // Agents.
  'batch sent again after a reconnect': 'Statuses whose batch was never answered were sent again on a new link.',
  'agent lost to another node': 'A worker was told that a newer status of an agent came from elsewhere.',
  'agent wanted whole': 'The master took a status, and asked for all that is known of the agent.',
  'unknown agent dropped': "A status of an agent that the master's client.keys has not was dropped.",
  'agents moved told': 'A worker was told that agents of it report elsewhere now.',
  'agents differ told': "A worker was told that its view of its agents is not the master's.",
  'agents compared by ranges': 'A worker compared digests of ranges of its agents with the master.',
  'agents compared one by one': 'A worker told the master what it believes to be held from it in a range.',
  'group changes told': 'The master told its workers of changed assignments.',
  'groups compared by ranges': 'A worker compared digests of ranges of assignments with the master.',
  'groups fetched': 'A worker fetched the assignments of a range.',
  'proposal of groups adopted': 'The master took groups that a worker chose for an agent that had none.',
  'proposal of groups refused': 'A worker proposed groups for an agent that had some.',
  'agent registered': 'A worker asked its master for a new agent, and got one.',
  'agent removed': 'A worker asked its master to remove an agent, and it did.',
  'registration refused': 'A request of a worker for its neighbours was refused.',
  'neighbour refused': "A socket of the manager's refused a connection.",
  'neighbour slow': 'A neighbour took its time.',
  'neighbour cut-short': "A neighbour's answer was cut short.",
  'neighbour err': 'A neighbour answered with an error.',
  'neighbour dies': 'A neighbour died while it was asked.',
  'neighbour babbles': 'A neighbour answered out of protocol.',
  'neighbour silent': 'A neighbour took a request, did nothing, and said nothing.',
  'neighbour done-unanswered': 'A neighbour did what it was asked for, and its answer never came.',
  'digest cache rebuilt': 'A damaged digest cache was read, and written anew.',
} as const;

/** The name of a situation that this package detects. */
export type SituationName = keyof typeof list;

export const situations: readonly Situation[] = Object.entries(list).map(([name, about]) => ({ name, about }));
