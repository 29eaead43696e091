import type { Place } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { FieldFact, FileFacts, PartFact, PartName } from '../fields/model.ts';
import type { Hold, Policy } from '../policy/model.ts';
import type { BlockRange } from '../yaml/block-text.ts';

/** One file of the tree with its facts. */
export interface FactedFile {
  readonly path: string;
  /** Content id: the blob's id in git trees. */
  readonly id: string;
  readonly facts: FileFacts;
}

/** A policy tied to an image field. */
export type Binding = Bound<Policy>;

export interface Bound<P extends WritePolicy> {
  readonly policy: P;
  readonly via: 'marker' | 'annotation' | 'targets' | 'name';
  readonly place: Place;
  /** `path#pointer`: how release records name the field (6.1). */
  readonly key: string;
  readonly file: string;
  readonly fileId: string;
  readonly field: FieldFact;
  /** The parts of the field that this binding writes; a `tag` marker writes the tag only. */
  readonly writes: readonly WrittenPart[];
  readonly scope: PartName;
  /** Holds by annotation on the field's workload. */
  readonly holds: readonly Hold[];
  /** The environments of tallyman.yaml that kustomize takes the field's file to, wherever it lies. Default none. */
  readonly reaches?: readonly string[];
}

export interface WrittenPart extends PartFact {
  /** An edit at its anchor changes it. */
  readonly follows?: true;
}

/** What an edit must know of a policy. Every `Policy` is one. */
export interface WritePolicy {
  readonly name: string;
  /** Absent where no ImagePolicy is known: the new name then comes with the new tag. */
  readonly image?: Policy['image'];
  /** `given`: as the reference says that is to be written, with a digest or without. */
  readonly digest: Policy['digest'] | 'given';
  readonly dialect?: Policy['dialect'];
}

/** A field bound by a marker to a policy of which only the name is known (`edit --images`). */
export type MarkerBinding = Bound<WritePolicy>;

export interface BindOptions {
  /** Folders whose policies bind anywhere (tallyman.yaml). */
  readonly policyRoots: readonly string[];
  /** Other tools' policies that are acted on. Default none. */
  readonly dialects?: readonly LiveDialect[];
  /** The name of the environment of tallyman.yaml that covers a file. Default: there are none. */
  readonly environmentOf?: (file: string) => string | undefined;
}

/** The dialects that can be acted on live (product.md, 2.4). */
export type LiveDialect = 'flux2';

export interface Bindings {
  readonly policies: readonly Policy[];
  readonly bindings: readonly Binding[];
  readonly problems: readonly Problem[];
}

/** One replacement or insertion in a file, before it is applied. `start === end` is an insertion. */
export interface FieldEdit extends Place {
  readonly policy: string;
  readonly field: PartName;
  readonly start: number;
  readonly end: number;
  /** The scalar's value before, decoded; `null` for an insertion. */
  readonly old: string | null;
  /** The scalar's value after, decoded. */
  readonly new: string;
  /** The source text to put there, quotes included. */
  readonly source: string;
  /** The literal block scalar in whose text it is, as `PartFact.block`. */
  readonly block?: BlockRange;
  /** Where scalars start that its field repeats by aliases: without an edit there it would bring a new digest to an old tag, or the other way round. */
  readonly needs?: readonly number[];
}
