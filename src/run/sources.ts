import { asFailure, Failure } from '../core/failure.ts';
import { parseTag } from '../image/tag.ts';
import { sourceOf, type ImageSource } from '../release/labels.ts';
import type { Move, MoveGroup } from './moves.ts';
import type { Ruler } from './rule.ts';

/** Where the code of the version that is left and of the version that comes lives. */
export interface MoveSources {
  readonly from: ImageSource;
  readonly to: ImageSource;
}

export interface Sourced {
  readonly groups: readonly MoveGroup[];
  readonly sources: ReadonlyMap<Move, MoveSources>;
  readonly failures: readonly { readonly title: string; readonly failure: Failure }[];
}

/** Reads the labels that the commit message tells of. A group whose images cannot be read is left out, before anything is edited. */
export async function readSources(groups: readonly MoveGroup[], ruler: Ruler): Promise<Sourced> {
  const sources = new Map<Move, MoveSources>();
  const failures: { title: string; failure: Failure }[] = [];
  const readable: MoveGroup[] = [];
  for (const group of groups) {
    try {
      for (const move of group.moves) {
        const from = await sourceAt(move, move.decision.current.tag, ruler);
        sources.set(move, { from, to: await sourceAt(move, move.tag, ruler) });
      }
      readable.push(group);
    } catch (error) {
      failures.push({ title: group.title, failure: asFailure(error) });
    }
  }
  return { groups: readable, sources, failures };
}

/** Nothing where the tag is gone or is none. */
async function sourceAt(move: Move, text: string | null, ruler: Ruler): Promise<ImageSource> {
  const tag = parseTag(text ?? '');
  const lookup = ruler.lookup(move.binding.policy.image.repository);
  if (tag === undefined || lookup instanceof Failure) return {};
  return sourceOf((await lookup.labels(tag)) ?? {});
}
