import type { Environment } from '../config/model.ts';
import type { Wiring } from './wiring.ts';

/** The world as a command sees it; `main` hands in the real one, tests another. */
export interface CliContext {
  readonly arguments: readonly string[];
  readonly environment: Environment;
  /** Working directory, absolute. */
  readonly directory: string;
  readonly input: AsyncIterable<Uint8Array | string>;
  readonly output: Sink;
  readonly errors: Sink;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with the handler of SIGTERM and SIGINT, SIGHUP; gives back what takes them off again. */
  readonly onSignal: (handler: (signal: 'stop' | 'reload') => void) => () => void;
  readonly wiring: Wiring;
}

export interface Sink {
  write(text: string): void;
  /** Whether a person reads it: colours are used only then. */
  readonly isTerminal: boolean;
}
