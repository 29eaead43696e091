import type { Place } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { Policy } from '../policy/model.ts';

/** A file of the checkout, decoded. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One policy of another tool that has become ours. */
export interface Converted extends Place {
  readonly dialect: Policy['dialect'];
  /** As the other tool's: `namespace:name`, `workload/container`, `application/alias`. */
  readonly name: string;
  /** Name of our ImagePolicy; `null` where an annotation says it all. */
  readonly policy: string | null;
  /** The file that it stands in now. */
  readonly to: string;
}

/** Something that a person must do, since no edit of ours could or should. */
export interface Todo extends Partial<Place> {
  readonly message: string;
}

/** What converting a checkout comes to. Nothing is written yet. */
export interface Conversion {
  /** By path; `before` is empty text for a new file. */
  readonly files: ReadonlyMap<
    string,
    { readonly before: string; readonly after: string; readonly isNew: boolean }
  >;
  readonly converted: readonly Converted[];
  /** What has no equal, or cannot be read. */
  readonly problems: readonly Problem[];
  readonly todo: readonly Todo[];
}
