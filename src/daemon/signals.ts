/** What `process` is to us. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

export interface SignalActions {
  /** The first SIGTERM or SIGINT: end in order. */
  readonly stop: () => void;
  /** The second one: leave now, with this exit code. Nothing is lost by that (product.md, 8). */
  readonly exit: (code: number) => void;
  /** SIGHUP: look at everything now. */
  readonly trigger: () => void;
}

/** Ties signals to actions. @returns a function that unties them */
export function followSignals(source: SignalSource, actions: SignalActions): () => void {
  let stopping = false;
  const end = (code: number) => () => {
    if (stopping) return actions.exit(code);
    stopping = true;
    actions.stop();
  };
  // exit codes as shells give them: 128 and the number of the signal
  const listeners = [
    ['SIGTERM', end(143)],
    ['SIGINT', end(130)],
    ['SIGHUP', actions.trigger],
  ] as const;
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) source.off(signal, listener);
  };
}
