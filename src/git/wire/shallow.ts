import { Failure } from '../../core/failure.ts';
import type { CommitId } from '../../release/log.ts';
import type { Peer } from './words.ts';

/** What a server says about the edge of a shallow history. */
export interface ShallowNews {
  readonly shallow: readonly CommitId[];
  readonly unshallow: readonly CommitId[];
}

/**
 * Reads one line of a fetch's head: `shallow <id>`, `unshallow <id>`; titles of sections and acknowledgements are passed over.
 * @throws Failure `bad-answer` for anything else, `too-large` where there is no end of it: what is read here is kept
 */
export function readShallow(line: string, peer: Peer, shallow: CommitId[], unshallow: CommitId[]): void {
  const match = /^(un)?shallow ([0-9a-f]{40})$/.exec(line);
  if (match !== null) {
    if (shallow.length + unshallow.length >= mostEdges) throw tooMany(peer);
    (match[1] === undefined ? shallow : unshallow).push(match[2] as CommitId);
    return;
  }
  if (/^(?:shallow-info|acknowledgments|ready|NAK|ACK [0-9a-f]{40}(?: [a-z]+)?)$/.test(line)) return;
  const { host } = peer;
  const shown = JSON.stringify(peer.words(line).slice(0, 100));
  throw new Failure('bad-answer', `${host} answered a fetch with a line that has no place there: ${shown}`, {
    host,
  });
}

const mostEdges = 100_000;

function tooMany({ host }: Peer): Failure {
  const words = `${host} told of more than ${mostEdges} commits at the edge of a history; that is not read`;
  return new Failure('too-large', words, { host });
}
