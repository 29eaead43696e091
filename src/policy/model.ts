import type { Brand } from '../core/brand.ts';
import type { Place } from '../core/position.ts';
import type { RepositoryName } from '../image/reference.ts';
import type { Tag } from '../image/tag.ts';
import type { TargetStep } from './document/target-path.ts';
import type { Schedule } from './time/window.ts';
import type { Platform } from '../image/platform.ts';

/** A policy's name: unique per repository and branch. Flux 2 policies are `namespace:name`. */
export type PolicyName = Brand<string, 'PolicyName'>;

/** The rule that elects a tag for an image (product.md, 2.1 and 3). Everything in it is checked and typed. */
export interface Policy {
  readonly name: PolicyName;
  /** `metadata.namespace`: Flux 2 markers name a policy with its namespace. */
  readonly namespace: string | undefined;
  /** Where it is written: the document's first key, or the annotation. */
  readonly place: Place;
  /** Which file format it came from; `annotation` for workload opt-in, the rest are other tools' (docs/dialects.md). */
  readonly dialect: 'tallyman' | 'annotation' | 'flux2' | 'flux1' | 'keel' | 'argocd-image-updater';
  readonly image: RepositoryName;
  readonly rule: Rule;
  readonly filter: TagFilter | undefined;
  /** Globs on the whole tag. */
  readonly exclude: readonly string[];
  /** RE2, not anchored: what Flux 2 excludes by `exclusionList`. Default none. */
  readonly excludePatterns?: readonly string[];
  /** RE2, not anchored: the only tags that the field's environment takes (`tighten`). Default: all. */
  readonly environmentTags?: string;
  /** Path globs; empty: the folder of its file and all below. */
  readonly paths: readonly string[];
  readonly targets: readonly Target[];
  readonly digest: 'pin' | 'keep';
  readonly platforms: readonly Platform[];
  /** Milliseconds. */
  readonly minAge: number | undefined;
  readonly allowDowngrade: boolean;
  readonly onRevert: 'skip' | 'hold';
  readonly hold: Hold | undefined;
  /** When it may release; absent: always. Checked when the policy was loaded. */
  readonly schedule?: Schedule | undefined;
  readonly group: string | undefined;
  readonly service: string | undefined;
  /**
   * What the policy of an annotation would be called if other workloads came or went: a hold on such a name is one on this policy.
   * Default none.
   */
  readonly otherNames?: readonly string[];
  /** Other files that hold a part of its rule: that of Flux 2's ImageRepository. Default none. */
  readonly otherFiles?: readonly string[];
}

export type Order = 'newest' | 'semver' | 'numeric' | 'alphabetical';
export type Direction = 'asc' | 'desc';

export type Rule =
  | {
      readonly kind: 'semver';
      readonly range: string;
      readonly strict: boolean;
      /** How far above the current version it may go (Keel's levels). Default: as far as the range. */
      readonly relative?: RelativeLevel;
    }
  | { readonly kind: 'glob'; readonly pattern: string; readonly order: Order }
  | {
      readonly kind: 'regex';
      readonly pattern: string;
      readonly extract: string | undefined;
      readonly order: Order;
    }
  /** `strict`: a candidate that is no number fails the election (Flux 2). Default: it is dropped. */
  | { readonly kind: 'numeric'; readonly order: Direction; readonly strict?: boolean }
  | { readonly kind: 'alphabetical'; readonly order: Direction }
  | { readonly kind: 'newest' }
  | { readonly kind: 'digest'; readonly tag: Tag }
  | Promotion;

/** What another policy's fields hold in git (product.md, 6.4). */
export interface Promotion {
  readonly kind: 'promote';
  /** `repository`: as in tallyman.yaml; absent: the one of this policy. */
  readonly from: { readonly repository?: string; readonly policy: string };
  /** Milliseconds for which a version must have been on the source's branch. */
  readonly soak: number;
  /** `current`: what the source holds now. `soaked`: the newest that soaked and was not taken back there. */
  readonly pick: 'current' | 'soaked';
}

/**
 * A level above the version that the field holds now. `minor`: the same major; `patch`: the same major and minor; `all` and `major`: any.
 * `same`: only versions with the current one's pre-release text. Where nothing or `latest` stands there, every release is admitted;
 * where something stands there that is no version, none is.
 */
export interface RelativeLevel {
  readonly level: 'all' | 'major' | 'minor' | 'patch';
  readonly prerelease: 'same' | 'any';
}

/** RE2 and Go Expand syntax. */
export interface TagFilter {
  readonly pattern: string;
  readonly extract: string | undefined;
}

/** An extra field (product.md, 2.1 `targets`). */
export interface Target {
  /** Path glob from the root of the repository. */
  readonly file: string;
  /** As written, for messages and as a key. */
  readonly path: string;
  readonly steps: readonly TargetStep[];
  /** Where the path is written. */
  readonly place: Place;
  readonly field: 'image' | 'name' | 'tag' | 'digest';
}

/** A binding that must not move (6.3). `until` is milliseconds since the epoch. */
export interface Hold {
  readonly reason: string;
  readonly by: string;
  readonly until: number | undefined;
}
