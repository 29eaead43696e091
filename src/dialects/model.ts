import type { Place } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { FieldFact } from '../fields/model.ts';
import type { Policy } from '../policy/model.ts';

/** The file formats of other tools (product.md, 2.4; docs/dialects.md). */
export type ForeignDialect = Exclude<Policy['dialect'], 'tallyman' | 'annotation'>;

/** Something written in a file: `find(outline, document, pointer)` gives its node, and so its ranges in the source. */
export interface SourcePlace extends Place {
  /** Counted from 0. */
  readonly document: number;
  /** JSON pointer in its document; the document's root is the empty text. */
  readonly pointer: string;
}

/** The object that a policy was read from. */
export interface SourceObject extends SourcePlace {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `metadata.namespace`, where it is written. */
  readonly namespace: string | undefined;
}

/** An annotation, a label or a key that was read; the place is that of its key. */
export interface SourceEntry extends SourcePlace {
  readonly key: string;
  readonly value: string;
}

/** A policy of another tool, as far as it has an equal here. */
export interface ForeignPolicy {
  readonly dialect: ForeignDialect;
  /** For `--name` and messages: `namespace:name`, `workload/container`, `application/alias`. Unique in its file. */
  readonly name: string;
  /** `undefined` where it cannot be carried out; `problems` say why. */
  readonly policy: Policy | undefined;
  /** With a policy: what was left out because it has no equal (`not-supported`) and does not change what is elected. */
  readonly problems: readonly Problem[];
  readonly object: SourceObject;
  /** Everything that was read for this policy, in the order of the file; entries of a workload are shared by its policies. */
  readonly entries: readonly SourceEntry[];
  /** The image field of the same file that it speaks of, where there is one. */
  readonly field: FieldFact | undefined;
  /** Of an ImageUpdater: the Applications of Argo CD that the policy is for. Others are for the object itself. */
  readonly applications?: ApplicationSelector;
}

/** Which Applications an ImageUpdater speaks of; they stand in its own namespace. */
export interface ApplicationSelector {
  /** As written. */
  readonly namePattern: string;
  selects(name: string, labels: Readonly<Record<string, string>>): boolean;
}

export interface ForeignFile {
  readonly policies: readonly ForeignPolicy[];
  /** Those that concern no single policy. */
  readonly problems: readonly Problem[];
}
