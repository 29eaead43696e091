import type { RunEvent } from '../run/events.ts';

export interface Readiness {
  listen(event: RunEvent): void;
  /** Why the process is not ready; empty: it is. */
  problems(): readonly string[];
  /** From now on never ready again: no work is taken any more. */
  shutDown(): void;
}

/** Ready when every repository was synced once (product.md, 8), until the shutdown begins. A later failure changes nothing: it is a metric, not a reason to restart. */
export function createReadiness(repositories: readonly string[]): Readiness {
  const waiting = new Map(repositories.map((name) => [name, `${name}: not synced yet`]));
  let stopping = false;
  return {
    listen(event) {
      if (event.kind === 'synced') waiting.delete(event.repository);
      if (event.kind === 'run-failed' && waiting.has(event.repository)) {
        // the code only: the message may name hosts, and this page asks for no login
        waiting.set(event.repository, `${event.repository}: not synced yet (${event.code})`);
      }
    },
    problems: () => (stopping ? ['shutting down'] : [...waiting.values()]),
    shutDown() {
      stopping = true;
    },
  };
}
