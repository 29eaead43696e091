import type { Digest } from '../../image/digest.ts';
import type { Platform } from '../../image/platform.ts';
import type { Tag } from '../../image/tag.ts';
import type { Guardrails } from './guardrails.ts';
import type { Hold, Policy } from '../model.ts';

/**
 * What is known of an image, as plain JSON (architecture.md, idea 3). `tags` is always the whole list: an incomplete
 * one has no way in.
 */
export interface ImageFacts {
  readonly tags: readonly Tag[];
  /** Creation time by tag: milliseconds since the epoch, or `null` where the image tells none. */
  readonly created: Readonly<Record<string, number | null>>;
  /** Digest by tag (of the index for multi-platform images); `null` where the tag is gone. */
  readonly digests: Readonly<Record<string, Digest | null>>;
  readonly platforms?: PlatformFacts;
  /**
   * Earliest evidence that the tag with its present digest existed, by tag: milliseconds since the epoch; `null` where the
   * tag is gone. Absent: none is known.
   */
  readonly seen?: Readonly<Record<string, number | null>>;
}

/** Platforms by tag; `null` where the tag is gone. Absent: none is known. */
export type PlatformFacts = Readonly<Record<string, readonly Platform[] | null>>;

/** What `decide` must know before it can answer, at most `tags.length` requests each. */
export type Query =
  | { readonly kind: 'created'; readonly tags: readonly Tag[] }
  | { readonly kind: 'digest'; readonly tag: Tag }
  | { readonly kind: 'platforms'; readonly tag: Tag }
  | { readonly kind: 'age'; readonly tag: Tag };

/** What a field holds now, as text: it may be no valid tag. `null`: nothing there. */
export interface Current {
  readonly tag: string | null;
  readonly digest: string | null;
}

/**
 * What a field has held on this branch since the last lift, newest first, the current value included (6.2). Empty
 * where nothing is known.
 */
export type Past = readonly Current[];

/** What the platform's owners say of an environment now (product.md, 2.5). */
export interface EnvironmentState {
  readonly name: string;
  readonly paused: boolean;
  /** Milliseconds since the epoch; `until` is no longer frozen. */
  readonly freezes: readonly { readonly from: number; readonly until: number; readonly reason: string }[];
  /** Default none. */
  readonly rules?: Guardrails | undefined;
}

/** Who brought a value to the branch, as text that may be shown. */
export interface Pinner {
  readonly author: string;
  /** The commit's id, shortened. */
  readonly commit: string;
}

/** Somebody who keeps moving a field off our values, as text that may be shown. */
export interface Rival {
  readonly author: string;
  /** Shortened ids of the commits that did it, the older first. */
  readonly commits: readonly string[];
  /** The values that were left. */
  readonly values: readonly string[];
}

/** One version that the source of a promotion gives. `digest`: as it stands in git, `null` where none does. */
export interface Offer {
  readonly tag: string;
  readonly digest: string | null;
}

/** Why a promotion cannot be decided: a person must act. The codes are those of the problem that tells of it. */
export interface PromotionFailure {
  readonly code:
    'source-disagrees' | 'not-mirrored' | 'tag-moved' | 'unknown-policy' | 'bad-policy' | 'election-failed';
  readonly message: string;
}

/** What the source of a `promote` policy holds in git, at the commit that the run started from (product.md, 6.4). */
export interface PromotionFacts {
  readonly offers: readonly Offer[];
  /** By tag: the place of everything that the source or this field has held, in the order of the source; greater is newer. */
  readonly ranks: Readonly<Record<string, number>>;
  /** Why an offer must wait. */
  readonly waits?: string;
  readonly failed?: PromotionFailure;
}

export interface DecisionInput {
  /** As it is written; `decide` adds the rules of the environment. */
  readonly policy: Policy;
  readonly current: Current;
  readonly facts: ImageFacts;
  readonly past: Past;
  /** Holds that cover the field from elsewhere: a workload's annotation, `.tallyman/holds.yaml`. */
  readonly holds: readonly Hold[];
  /** The environment that the field is in, where there is one. */
  readonly environment?: EnvironmentState | undefined;
  /** Who put the current value there, where that was asked: `pinned` tells it. */
  readonly pinnedBy?: Pinner | undefined;
  /** Who moved the field off our value twice within a day, where that was asked. */
  readonly rival?: Rival | undefined;
  /**
   * The value in git is older than the log that is read: nobody can tell whether a version of this policy stood here before, so it is not taken for
   * one that waits for the policy. Default false.
   */
  readonly isForgotten?: boolean;
  /** Of policies that promote. */
  readonly promotion?: PromotionFacts | undefined;
  /** Whether a new digest must be known: the field pins, or holds a digest. */
  readonly wantsDigest: boolean;
  /** Milliseconds since the epoch. Asked only where the answer depends on it, so that who decides can tell whether it would be another one later. */
  readonly now: () => number;
  /**
   * Nothing can be asked for: a creation time that is not among the facts is missing, and a digest that is not among
   * them is left out of the answer (`tallyman elect`). Default false.
   */
  readonly offline?: boolean;
}

/** The closed, published set of reasons for which a tag is not elected, in the order in which they are asked. */
export const dropRules = [
  'not-a-tag', // breaks the distribution spec's grammar
  'default-exclusion', // signatures, attestations, SBOMs, referrer tags, `latest`
  'excluded', // matched by `exclude`
  'filtered', // not matched by `filterTags`
  'unparsable', // no version, or no number, by the policy's kind
  'not-promoted', // not what the source of the promotion holds
  'out-of-range', // outside the semver range
  'no-match', // not matched by the glob or regular expression
  'environment-tags', // not matched by the rule of the environment that the field is in
  'no-creation-time', // missing, or before 2013
  'backwards', // below the current value
  'rejected', // at or below the mark: people took it back
  'too-young', // not known for as long as the policy, or the environment, asks
  'platform-missing', // its image lacks a platform that the policy asks for
  'not-examined', // more candidates than creation times are asked for
  'no-digest', // it would have been elected, but the registry has no digest for it any more
  'outranked', // a good candidate, but another one is better
] as const;

export type DropRule = (typeof dropRules)[number];

export interface DroppedTag {
  readonly tag: string;
  readonly rule: DropRule;
  readonly detail: string;
}

/** The closed set of what stops a binding although a tag was elected. */
export const gateNames = [
  'hold',
  'reverted',
  'pinned',
  'another-writer',
  'schedule',
  'freeze',
  'paused',
  'source',
  'not-supported',
  'group',
] as const;

export interface Gate {
  readonly gate: (typeof gateNames)[number];
  readonly detail: string;
}

/** The answer, with its trace: a value that can be printed (architecture.md, idea 4). */
export interface Decision {
  readonly policy: string;
  /** Whose rules count for the field. Absent: no environment holds it. */
  readonly environment?: string;
  readonly current: Current;
  /** The best candidate, which may be the current value; `null` where there is none. */
  readonly elected: Tag | null;
  /** The digest of `elected`, where one was asked for. */
  readonly digest: Digest | null;
  /** One sentence for people. */
  readonly reason: string;
  /** The value in git is none of this policy, and as far as is known none ever was: what is elected takes its place. */
  readonly adopts?: true;
  /**
   * Set where the election could not be completed and a person must act: what to do. Runs report it as the problem
   * `election-failed`. Then `elected` is `null`.
   */
  readonly failed?: string;
  /** The code of that problem, where it is another one. */
  readonly failedCode?: PromotionFailure['code'];
  /** The best tag that the policy itself would take and that is kept back: taken back by people, too young... Worked out when it is read. */
  readonly keptBack?: DroppedTag | undefined;
  /** `dropped.length`, plus one where a tag was elected. */
  readonly considered: number;
  /**
   * Best first: those that came furthest in the order of `dropRules`, and among them the policy's order. Worked out
   * when first read, since most runs never look.
   */
  readonly dropped: readonly DroppedTag[];
  /** Empty: the field moves, if `elected` differs from what it holds. */
  readonly gates: readonly Gate[];
}

export type DecideStep = { readonly needs: readonly Query[] } | { readonly decision: Decision };
