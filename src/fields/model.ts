import type { Position } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { PolicyDocument } from '../policy/document/document.ts';
import type { BlockRange } from '../yaml/block-text.ts';
import type { NodeStyle } from '../yaml/outline.ts';

/**
 * What one file holds, as plain JSON, without the file's path: it is cached by blob id, name class and scanner
 * version (architecture.md, idea 2). Places are positions in that file.
 */
export interface FileFacts {
  readonly fields: readonly FieldFact[];
  readonly markers: readonly MarkerFact[];
  readonly claims: readonly ClaimFact[];
  /** What workloads with annotations repeat by aliases; absent where they repeat nothing. */
  readonly repeated?: readonly RepeatedFact[];
  /** ImagePolicy documents, as read from the outline; checked in `policy/`. */
  readonly policies: readonly PolicyDocument[];
  /** Image automation objects of Flux 2, as read from the outline; `dialects/flux2` says what they mean. */
  readonly flux: readonly FluxDocument[];
  readonly kustomizations: readonly KustomizationFact[];
  readonly problems: readonly FactProblem[];
  /** The scanner was sure of the whole file: an edit of it is proven without reading it all (`ProofOptions.scanned`). */
  readonly scanned?: true;
}

export interface FluxDocument extends PolicyDocument {
  readonly apiVersion: string;
  readonly kind: 'ImageRepository' | 'ImagePolicy' | 'ImageUpdateAutomation';
  readonly name: string;
  /** JSON pointer of the object in its document. */
  readonly pointer: string;
}

/** Which objects a kustomization applies, and what it changes in them. */
export interface KustomizationFact {
  /** What its paths start from: the file's folder, or the root of the repository (Flux's `spec.path`, Argo CD's `source.path`). */
  readonly from: 'folder' | 'root';
  /** `kind: Component`: nobody applies it by itself. */
  readonly isComponent: boolean;
  /** Files and folders of `resources` and `bases`, as written. */
  readonly references: readonly ReferenceFact[];
  readonly components: readonly ReferenceFact[];
  /** Files that go into it otherwise: generators, values for Helm. */
  readonly data: readonly ReferenceFact[];
  readonly namespace: string | undefined;
  readonly patches: readonly PatchFact[];
  /** Its `images`, in order. */
  readonly images: readonly OverrideFact[];
  /** Of the objects that make a synchronizer apply a folder of this repository: which. */
  readonly deploys?: {
    readonly by: 'flux' | 'argocd';
    /** `Kustomization apps`. */
    readonly object: string;
    /** Whether folders below are applied too, where no kustomization says what to apply. */
    readonly recurses: boolean;
  };
}

/** A path or address in a kustomization, as written. */
export interface ReferenceFact extends Position {
  readonly path: string;
}

/** An entry of kustomize's `images`. */
export interface OverrideFact extends Position {
  /** Its place in the list. */
  readonly index: number;
  /** The image that it changes, spelled as the objects spell it. */
  readonly name: string;
  readonly newName?: string;
  /** Whether it has a new tag or digest. */
  readonly setsVersion: boolean;
}

export interface PatchFact extends Position {
  /** The file that holds the patch, as written. */
  readonly path?: string;
  /** The objects that the patch itself names. */
  readonly objects: readonly { readonly kind: string; readonly name: string }[];
  /** RE2 on the whole kind and name. */
  readonly target?: { readonly kind: string; readonly name: string };
}

export type FactProblem = Omit<Problem, 'file'> & Position;

/** What the name of a file says about it. `other` files are not read at all. */
export type NameClass = 'yaml' | 'json' | 'kustomization' | 'values' | 'compose' | 'other';

/** Which part of an image a scalar holds; `image` is the whole reference. */
export type PartName = 'image' | 'name' | 'tag' | 'digest';

/** One scalar that holds an image, or a part of one. */
export interface PartFact extends Position {
  readonly part: PartName;
  /** The scalar's source range in UTF-16 code units of the decoded file, quotes included. */
  readonly start: number;
  readonly end: number;
  readonly style: NodeStyle;
  /** Whether it stands inside `{}` or `[]`, where plain text has fewer characters to use. */
  readonly inFlow: boolean;
  /** The value's text, decoded; of an alias, the text that it repeats. */
  readonly value: string;
  /** JSON pointer in its document. */
  readonly pointer: string;
  /** Set where the scalar must not be edited, with the reason (alias, template, multi-line...). */
  readonly refused: string | undefined;
  /** Of an alias: where the scalar starts that it repeats, and that changes it when it is edited. */
  readonly anchor: number | undefined;
  /** The range is the only line of a block scalar: its text stands there as it is, and never in quotes. */
  readonly verbatim?: true;
  /** The literal block scalar that it stands in, where the text of that was read as YAML (`helm.values`). */
  readonly block?: BlockRange;
}

export type FieldKind = 'container' | 'kustomize' | 'helm' | 'compose' | 'oci' | 'marked';

export interface FieldFact extends Position {
  readonly kind: FieldKind;
  readonly document: number;
  /**
   * JSON pointer of the part that stands for the field (the image, or the tag), with a leading document number where
   * the file has several documents: `/spec/...` or `2/spec/...`.
   */
  readonly pointer: string;
  /** What it holds now. `name` is the repository in the author's spelling, the registry joined in. */
  readonly name: string | undefined;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  readonly parts: readonly PartFact[];
  /** For containers: index into `claims` of the workload's annotations, and the container's name. */
  readonly claim: number | undefined;
  readonly container: string | undefined;
  /** Line of a map that merges this one in and has a tag or name of its own, and no digest: one inserted here would be its digest too. */
  readonly lendsTo?: number;
}

/** A comment that ties a scalar to a policy (2.3). */
export interface MarkerFact extends Position {
  readonly dialect: 'tallyman' | 'flux2';
  /** `web`, or `namespace:name` for Flux 2. */
  readonly policy: string;
  readonly part: PartName;
  /** The scalar it stands beside. */
  readonly target: PartFact;
  readonly document: number;
}

/** The `tallyman.dev/...` annotations of one workload (2.2). */
export interface ClaimFact extends Position {
  readonly document: number;
  readonly kind: string;
  readonly workload: string;
  readonly annotations: readonly AnnotationFact[];
  /** One of its annotations is unknown or cannot be carried out: nothing in the workload moves, as it may have been a hold. */
  readonly broken: boolean;
}

/** A value with an anchor, a workload that repeats it, or a value around it, and the line on which it does. */
export interface RepeatedFact {
  /** The value's range in UTF-16 code units of the decoded file. */
  readonly start: number;
  readonly end: number;
  /** Index into `claims`. */
  readonly claim: number;
  readonly line: number;
}

export interface AnnotationFact extends Position {
  /** Without `tallyman.dev/`. */
  readonly key: string;
  readonly value: string;
}
