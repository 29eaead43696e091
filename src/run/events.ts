import type { FailureCode } from '../core/failure.ts';
import type { Problem } from '../core/problem.ts';
import type { CommitId } from '../release/log.ts';

/** One field that a run moved, or would move. */
export interface FieldRelease {
  readonly policy: string;
  readonly service: string;
  readonly environment: string;
  readonly field: string;
  readonly file: string;
  readonly line: number;
  readonly image: string;
  readonly from: string;
  readonly fromDigest: string;
  readonly to: string;
  readonly digest: string;
  readonly reason: string;
}

/**
 * What happens in a run, as values: logs, metrics, the demo and notifications read the same stream. `repository` is the name in tallyman.yaml. All times in milliseconds.
 */
export type RunEvent =
  | { readonly kind: 'run-started'; readonly repository: string }
  | {
      readonly kind: 'synced';
      readonly repository: string;
      readonly commit: CommitId;
      readonly changed: boolean;
      readonly ms: number;
    }
  | {
      readonly kind: 'scanned';
      readonly image: string;
      readonly host: string;
      readonly tags: number;
      readonly ms: number;
    }
  | {
      readonly kind: 'scan-failed';
      readonly image: string;
      readonly host: string;
      readonly code: FailureCode;
      readonly message: string;
    }
  | { readonly kind: 'problem'; readonly repository: string; readonly problem: Problem }
  | {
      readonly kind: 'released';
      readonly repository: string;
      readonly branch: string;
      readonly commit: CommitId;
      readonly releases: readonly FieldRelease[];
      readonly diff: string;
      readonly message: string;
    }
  | { readonly kind: 'raced'; readonly repository: string; readonly attempt: number }
  | { readonly kind: 'refused'; readonly repository: string; readonly words: string }
  | {
      readonly kind: 'run-failed';
      readonly repository: string;
      readonly code: FailureCode;
      readonly message: string;
    }
  | {
      readonly kind: 'run-finished';
      readonly repository: string;
      /** `stopped`: the fuse has blown, a person is wanted. */
      readonly outcome: 'released' | 'unchanged' | 'stopped' | 'failed';
      readonly ms: number;
      readonly problems: number;
      readonly policies: number;
      readonly bindings: number;
      readonly held: number;
    };

export type RunListener = (event: RunEvent) => void;
