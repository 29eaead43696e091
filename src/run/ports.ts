import type { ConfigRepository } from '../git/repository.ts';
import type { CommitVerifier } from '../git/verifier.ts';
import type { ImageInspector, TagLister } from '../registry/ports.ts';
import type { StateStore } from '../state/store.ts';
import type { RunListener } from './events.ts';
import type { Source } from './promotion/promotion.ts';

/** What an election asks of the outside world. */
export interface ScanPorts {
  readonly tags: TagLister;
  readonly images: ImageInspector;
  readonly state: StateStore;
}

/** What a run of one repository needs; everything from outside is an argument. */
export interface RunPorts extends ScanPorts {
  readonly repository: ConfigRepository;
  /** Judges the head, where `verifyHead` asks for it. */
  readonly verifier?: CommitVerifier | undefined;
  /** Another repository of tallyman.yaml as it is now, for promotions from there; `undefined` where none has the name. */
  readonly neighbour?: ((name: string, signal?: AbortSignal) => Promise<Source | undefined>) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly listen: RunListener;
}
