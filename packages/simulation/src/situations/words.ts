/** Situations that a line of a log tells. The words are the product's own. */
import type { SituationName } from './list.ts';

export interface Words {
  readonly name: SituationName;
  readonly words: RegExp;
}

/** The first that matches a line does not keep others from matching it. */
export const tellingWords: readonly Words[] = [
  { name: 'recovery could not do all', words: /^What it left of .* could not be done: / },
  { name: 'link replaced', words: /^The link from .* was dead; .* takes its place/ },
  { name: 'link lost', words: / is suspect: link lost: / },
  { name: 'link closed as silent', words: /no beat for [\d.]+ s/ },
  { name: 'goodbye', words: / is left: it said goodbye/ },
  { name: 'dial failed', words: /^Could not connect to master: / },
  {
    name: 'handshake timed out',
    words: /did not finish the handshake|\((?:timeout|silent|handshake-timeout)\)|did not answer in time/,
  },
  { name: 'connection turned away at a limit', words: /the oldest was closed|which is the limit; close some/ },
  { name: 'wrong key turned away', words: /another <key>|turned away: .*key/ },
  { name: 'wrong cluster refused', words: /wrong-cluster|belongs to the cluster/ },
  { name: 'duplicate name refused', words: /name-taken/ },
  { name: "master's name refused", words: /name-is-masters|the master itself is "/ },
  { name: 'identity mismatch refused', words: /identity-mismatch|the key proved/ },
  {
    name: 'protocol broken by a stranger',
    words: /protocol-violation|broke the protocol|\((?:malformed|too-long|unknown-frame|not-yet|violation)\)/,
  },
  { name: 'message lost at a full link', words: /messages to .* were lost/ },
  { name: 'down noticed', words: / is down: / },
  { name: 'own lateness noticed', words: /^This node itself was .* late/ },
  { name: 'clock skew noticed', words: /^the clock of .* (?:ahead of|behind) ours/ },
  { name: 'actor restarted', words: /^(?!\/probes)\S+ crashed: .*It is restarted\.$/s },
  { name: 'actor stayed stopped', words: /^(?!\/probes)\S+ crashed: .*It stays stopped\.$/s },
  { name: 'message reached nobody', words: /^A message \S+ for (?!\/probes).* reached nobody: / },
  { name: 'mass removal of agents held', words: /have vanished from client\.keys: they are kept/ },
  { name: 'agents removed', words: /^Removed(?:, for they are| .* that are) in client\.keys no more/ },
  { name: 'disconnection judged', words: /^Disconnected, no keep-alive for too long/ },
  { name: 'manager not to be asked', words: /^The manager beside this node cannot be asked/ },
  { name: 'statuses not taken', words: /^The master does not take statuses/ },
  { name: 'groups changed on a worker', words: /were changed on this node: the master's are written again/ },
  { name: 'groups missed and repaired', words: /^The groups of .* came anew from the master/ },
  { name: 'vanished groups held', words: /assignments have vanished: they are kept/ },
  { name: 'agent registered for nobody', words: /^Removed again, for nobody heard its key/ },
  { name: 'server joined', words: /^Added new server '/ },
  { name: 'server removed', words: /^Removed server '/ },
  { name: 'server mended', words: /^Server '.*' was found \S+\. Fixing it/ },
  { name: 'restart of HAProxy noticed', words: /^HAProxy was restarted or reloaded/ },
  { name: 'HAProxy unreachable', words: /^Could not connect to HAProxy/ },
  { name: 'agents moved', words: /^Agent imbalance detected/ },
  { name: 'agents not back in time', words: /who are not all back after/ },
  { name: 'backend balanced', words: /^Load balancer backend is balanced/ },
  { name: 'step with HAProxy failed', words: /^Tasks may not perform as expected, this is tried again/ },
  { name: 'node drained by an operator', words: /^An operator drains '/ },
  { name: 'guard held', words: /waiting for a second generation that says the same/ },
  { name: 'guard held client.keys', words: /would (?:delete|empty|shrink) etc\/client\.keys/ },
  { name: 'watches exhausted', words: /Until the next start changes are looked for every/ },
  { name: 'contested file rested', words: /repaired \d+ times within a minute/ },
  { name: 'disk full', words: /ENOSPC/ },
  { name: 'disk fault', words: /EIO/ },
  { name: 'permission denied', words: /EACCES/ },
  { name: 'tree readable again', words: /files can be read whole again/ },
  { name: 'tree not readable whole', words: /it cannot be (?:read|listed): / },
  { name: 'directory unmounted', words: /it held files and is gone|is its file system not mounted/ },
  { name: 'oversize held', words: /^Left out of the synchronisation: .* the limit is / },
  {
    name: 'broken name held',
    words: /^Left out of the synchronisation: .*(?:its name is not UTF-8|its name holds a backslash)/s,
  },
  { name: 'symlink held', words: /^Left out of the synchronisation: .* it is a symlink/ },
  { name: 'held no longer', words: /^No longer left out/ },
];
