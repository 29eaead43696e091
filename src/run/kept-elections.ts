import type { Binding } from '../bindings/model.ts';
import type { Tag } from '../image/tag.ts';
import { decide } from '../policy/election/decide.ts';
import type { Decision, EnvironmentState } from '../policy/election/decision.ts';
import { ReadingsCache, type ReadingsEntry } from '../policy/election/readings.ts';
import { KeptLists } from './kept-lists.ts';
import { valueOf } from './past/field-at.ts';

/** All that an election from the tag list alone is given, beside the time. Nothing in it is ever changed. */
interface TagElection {
  /** With its policy, its value and its holds. */
  readonly binding: Binding;
  /** Of the field's file. */
  readonly environment: EnvironmentState | undefined;
  /** From `KeptElections.lists`. */
  readonly tags: readonly Tag[];
}

interface Kept extends Omit<TagElection, 'binding'> {
  /** `undefined`: the tag list alone does not decide it. */
  readonly decision: Decision | undefined;
  /** Whether the time was asked for: then it may be decided otherwise at another one. */
  readonly isTimed: () => boolean;
  readonly read: ReadingsEntry | undefined;
}

/**
 * Elections that need nothing but a tag list, kept from one run to the next for as long as there is the binding. Such an election is given a binding, an
 * environment, a list and a clock, and no more: where the first three are the very same values as before, and the clock was not looked at, it cannot come
 * out otherwise.
 */
export class KeptElections {
  readonly lists = new KeptLists();
  readonly readings = new ReadingsCache();
  readonly #kept = new WeakMap<Binding, Kept>();
  /** Of this cycle. */
  #alike = new Map<string, Kept>();

  /**
   * The decision for a field of which no digest is wanted; `undefined` where something must be asked for it.
   * @param now the same for all of a cycle
   * @param alike of bindings for which this text is equal, all that an election looks at is equal: in a cycle they are decided once
   */
  decide(asked: TagElection, now: number, alike: () => string): Decision | undefined {
    const known = this.#kept.get(asked.binding);
    if (known !== undefined && isStill(known, asked)) {
      if (known.read !== undefined) this.readings.keep(known.read);
      return known.decision;
    }
    const kept = this.#anew(asked, now, alike());
    this.#kept.set(asked.binding, kept);
    return kept.decision;
  }

  /** Ends a cycle: forgets what it did not use. */
  turn(): void {
    this.#alike = new Map();
    this.lists.turn();
    this.readings.turn();
  }

  #anew(asked: TagElection, now: number, alike: string): Kept {
    const known = this.#alike.get(alike);
    if (known !== undefined && isSame(known, asked)) return known;
    // A short list is read anew for less than it costs to hold what was read, as long as that is not done in each run.
    const kept =
      asked.tags.length < worthHolding
        ? { ...elect(asked, now, new ReadingsCache()), read: undefined }
        : elect(asked, now, this.readings);
    this.#alike.set(alike, kept);
    return kept;
  }
}

/** So many tags of a list are read anew for each policy within a millisecond. */
const worthHolding = 1000;

function isStill(kept: Kept, asked: TagElection): boolean {
  return isSame(kept, asked) && !kept.isTimed();
}

function isSame(kept: Kept, { environment, tags }: TagElection): boolean {
  return kept.environment === environment && kept.tags === tags;
}

function elect({ binding, environment, tags }: TagElection, now: number, readings: ReadingsCache): Kept {
  const { policy, holds, field } = binding;
  let isTimed = false;
  const clock = (): number => {
    isTimed = true;
    return now;
  };
  // Facts of its own: what other elections are told must not come into what is kept, not even into its trace.
  const facts = { tags, created: {}, digests: {} };
  const current = valueOf(field);
  const given = { policy, holds, environment, current, past: [current], facts };
  readings.takeLatest();
  const step = decide({ ...given, wantsDigest: false, now: clock }, readings);
  const decision = 'decision' in step ? step.decision : undefined;
  return { environment, tags, decision, isTimed: () => isTimed, read: readings.takeLatest() };
}
