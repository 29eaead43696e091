import { Failure } from '../../core/failure.ts';
import type { FetchRequest } from '../transport.ts';
import type { Peer } from './words.ts';

export interface FetchOffers {
  readonly depth: boolean;
  readonly since: boolean;
  /** Whether a line may ask for it; version 0 has it among the capabilities. */
  readonly relative: boolean;
  readonly filter: boolean;
}

/**
 * Whether to ask for a thin pack. Besides being smaller, only then does git leave out what the trees of `haves` hold when the fetch is cut
 * to a depth: it looks at them as bases, and not as ancestors, of which a cut history has none.
 */
export function wantsThin(request: FetchRequest): boolean {
  return request.haves.length > 0;
}

/** The date at which the server is to cut the history. */
export function cutOf({ since, sinceUnfiltered }: FetchRequest, isFiltered: boolean): number | undefined {
  return since ?? (isFiltered ? undefined : sinceUnfiltered);
}

/**
 * What a fetch says alike in every version of the protocol: wants, the shallow edge, depth and filter. A filter is only asked for where it is
 * offered; without it the answer is merely larger.
 * @throws Failure `bad-answer` where the server cannot cut a history as asked
 */
export function fetchLines(request: FetchRequest, offers: FetchOffers, peer: Peer): readonly string[] {
  const { wants, shallow, depth, relative = false, filter } = request;
  const isFiltered = filter !== undefined && offers.filter;
  const since = cutOf(request, isFiltered);
  if (depth !== undefined && since !== undefined) {
    throw new Failure('internal', 'git takes either a depth or a date, not both');
  }
  if ((depth !== undefined && !offers.depth) || (since !== undefined && !offers.since)) {
    const { host } = peer;
    throw new Failure('bad-answer', `${host} offers no shallow histories; a newer git server is needed`, {
      host,
    });
  }
  return [
    ...wants.map((id) => `want ${id}`),
    ...shallow.map((id) => `shallow ${id}`),
    ...(depth === undefined ? [] : [`deepen ${depth}`]),
    ...(relative && offers.relative ? ['deepen-relative'] : []),
    ...(since === undefined ? [] : [`deepen-since ${Math.floor(since / 1000)}`]),
    ...(isFiltered ? [`filter ${filter}`] : []),
  ];
}
