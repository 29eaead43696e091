import type { Pinner } from '../../policy/election/decision.ts';
import type { LoggedCommit } from '../../release/log.ts';
import { oneLine } from '../../release/text.ts';

/** Who brought a pinned value. Names of authors are whatever somebody wrote: one clean line, cut. */
export function pinnedBy({ id, author }: LoggedCommit): Pinner {
  const name = oneLine(author.name, longest) || oneLine(author.email, longest);
  return { author: name || 'somebody', commit: id.slice(0, 10) };
}

const longest = 60;
