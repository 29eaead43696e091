import type { Position } from '../core/position.ts';
import type { Repository } from '../image/reference.ts';

/** What one file tells `lint` beside its image fields: who applies files, and who else writes images. */
export interface LintFacts {
  /** Whether Argo CD leaves the file out (`+argocd:skip-file-rendering` in a comment). */
  readonly skipped: boolean;
  /** Entries of a kustomization that name files or folders: `resources`, `bases`, `components`. */
  readonly resources: readonly PathFact[];
  readonly appliers: readonly ApplierFact[];
  readonly writers: readonly WriterFact[];
  readonly updaters: readonly UpdaterFact[];
  /** Lines that a Renovate comment speaks of: the line below it. */
  readonly renovate: readonly RenovateFact[];
  readonly looseImages: readonly LooseImageFact[];
}

/** A path as it is written. */
export interface PathFact extends Position {
  readonly path: string;
}

/** An object that makes a synchronizer apply a folder of this repository. */
export interface ApplierFact extends PathFact {
  readonly by: 'flux' | 'argocd';
  /** `Kustomization apps`. */
  readonly object: string;
  /** Whether folders below are applied too, where no kustomization says what to apply. */
  readonly recurses: boolean;
}

/** A workload that another automation keeps up to date. */
export interface WriterFact extends Position {
  readonly tool: 'Keel' | 'Flux v1';
  /** The annotation or label, as `keel.sh/policy: minor`. */
  readonly setting: string;
  readonly document: number;
  /** JSON pointer of the workload in its document. */
  readonly pointer: string;
}

/** An Argo CD Application whose images Argo CD Image Updater keeps up to date. */
export interface UpdaterFact extends Position {
  readonly application: string;
  /** Names without tag, as written. */
  readonly images: readonly string[];
}

/** An image in a place that is no image field. */
export interface LooseImageFact extends Position {
  /** As it stands there, with the registry beside it. */
  readonly written: string;
  readonly repository: Repository;
  /** Whether a tag or digest is part of it. */
  readonly isTagged: boolean;
}

export interface RenovateFact extends Position {
  /** The line that it speaks of. */
  readonly target: number;
}
