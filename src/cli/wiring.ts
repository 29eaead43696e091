import type { Config, Environment, RepositoryConfig } from '../config/model.ts';
import type { Failure } from '../core/failure.ts';
import type { ConfigRepository } from '../git/repository.ts';
import type { RunListener } from '../run/events.ts';
import type { RunPorts, ScanPorts } from '../run/ports.ts';
import type { RunSettings } from '../run/settings.ts';
import type { Tree } from '../tree/tree.ts';
import type { Style } from './style.ts';

/** Port: what the command line asks of the composition root. Adapters are made there, each loaded when it is asked for. */
export interface Wiring {
  /** Registries and state as configured. With no configuration: docker credentials of the user and no state. */
  openScanner(config: Config | undefined, environment: Environment): Promise<Scanner>;
  /** Everything that a run needs, for every repository of the configuration. */
  openSession(config: Config, environment: Environment, listen: RunListener): Promise<Session>;
  openDirectory(root: string): Promise<WorkingDirectory>;
  /** The git history of a local checkout; `branch` `undefined`: the one that is checked out. */
  openCheckout(root: string, branch: string | undefined): Promise<Checkout>;
  /** Structured logs (product.md, 8), one line of JSON at a time. */
  openLog(config: Config, write: (line: string) => void): Promise<Log>;
  /** Ends after the first round with `once`, else when `signal` aborts. */
  demo(options: DemoOptions): Promise<void>;
}

export interface Scanner extends ScanPorts {
  /** For people: what could not be done as usual. Grows while it is used. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

export interface Session {
  readonly repositories: readonly SessionRepository[];
  close(): Promise<void>;
}

export interface SessionRepository {
  readonly config: RepositoryConfig;
  readonly settings: RunSettings;
  readonly ports: RunPorts;
}

/** A local checkout (`--dir`). */
export interface WorkingDirectory {
  readonly tree: Tree;
  /** Atomic, keeps the mode, refuses symlinks, paths outside, and a file that changed since the tree read it. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** As `write`, for many files at once. */
  openWriters(): Promise<FilesWriter>;
  /** A new file in a folder that is there; refuses a name that is taken. */
  create(path: string, bytes: Uint8Array): Promise<void>;
}

/** Replaces files while they are made: each may be written at once or later. */
export interface FilesWriter {
  write(path: string, text: string): void;
  /** Waits for all of them. @returns those that were refused, and are as they were, by path */
  finish(): Promise<ReadonlyMap<string, Failure>>;
}

/** A local checkout as a repository, to be read only. */
export interface Checkout {
  readonly repository: ConfigRepository;
  readonly branch: string;
  /** Whether older commits are missing (`git clone --depth`). */
  readonly shallow: boolean;
  /** Whether files or folders may be missing (`git clone --filter`). */
  readonly partial: boolean;
}

export interface Log {
  readonly listen: RunListener;
  info(message: string, detail?: Readonly<Record<string, unknown>>): void;
  error(message: string, detail?: Readonly<Record<string, unknown>>): void;
}

export interface DemoOptions {
  /** Absolute. */
  readonly directory: string;
  /** As the user wrote it, for what is printed. */
  readonly shownDirectory: string;
  readonly once: boolean;
  readonly write: (text: string) => void;
  readonly style: Style;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}
