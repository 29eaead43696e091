import { asFailure, Failure } from '../../core/failure.ts';
import type { Problem } from '../../core/problem.ts';
import { parseTag } from '../../image/tag.ts';
import { sourceOf, type ImageSource } from '../../release/labels.ts';
import { mapLimited } from '../concurrency.ts';
import type { Move } from './moves.ts';
import type { PlannedGroup } from './plan-edits.ts';
import type { Ruler } from '../rule.ts';

/** Where the code of the version that is left and of the version that comes lives. */
export interface MoveSources {
  readonly from: ImageSource;
  readonly to: ImageSource;
}

export interface Sourced {
  readonly groups: readonly PlannedGroup[];
  readonly sources: ReadonlyMap<Move, MoveSources>;
  readonly failures: readonly { readonly title: string; readonly failure: Failure }[];
}

/**
 * Reads the labels that the commit message tells of. A group whose images cannot be read is left out, before anything is edited.
 * @param options.concurrency groups that are read at the same time
 */
export async function readSources(
  groups: readonly PlannedGroup[],
  options: { readonly ruler: Ruler; readonly concurrency: number },
): Promise<Sourced> {
  const sources = new Map<Move, MoveSources>();
  const reader = new SourceReader(options.ruler);
  const outcomes = await mapLimited(groups, options.concurrency, async (group) => {
    try {
      for (const move of group.parts.flatMap(({ moves }) => moves)) {
        const from = await reader.at(move, move.decision.current.tag);
        sources.set(move, { from, to: await reader.at(move, move.tag) });
      }
      return { read: group };
    } catch (error) {
      return { failed: { title: group.title, failure: asFailure(error) } };
    }
  });
  return {
    groups: outcomes.flatMap(({ read }) => (read === undefined ? [] : [read])),
    sources,
    failures: outcomes.flatMap(({ failed }) => (failed === undefined ? [] : [failed])),
  };
}

export function registryProblem(policy: string, failure: Failure): Problem {
  return { code: 'registry-failed', message: `${policy} elects nothing: ${failure.message}`, policy };
}

/** Asks once for what several groups want at the same time. */
class SourceReader {
  readonly #ruler: Ruler;
  readonly #asked = new Map<string, Promise<ImageSource>>();

  constructor(ruler: Ruler) {
    this.#ruler = ruler;
  }

  /** Nothing where the tag is gone or is none. */
  async at({ binding }: Move, text: string | null): Promise<ImageSource> {
    const tag = parseTag(text ?? '');
    const { repository } = binding.policy.image;
    const lookup = this.#ruler.lookup(repository);
    if (tag === undefined || lookup instanceof Failure) return {};
    const key = `${repository}:${tag}`;
    const asked = this.#asked.get(key) ?? lookup.labels(tag).then((labels) => sourceOf(labels ?? {}));
    this.#asked.set(key, asked);
    return asked;
  }
}
