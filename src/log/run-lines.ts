import type { Logger } from 'pino';
import type { Problem } from '../core/problem.ts';
import type { RunEvent, RunListener } from '../run/events.ts';

/**
 * Writes the events of runs as log lines. What changes something is `info`, what wants a person `warn` or `error`, the rest `debug`. A problem that the run
 * before had already is `debug` too: an interval of five minutes would repeat it 288 times a day.
 */
export function logEvents(logger: Logger): RunListener {
  const problems = new ProblemLines(logger);
  return (event) => {
    switch (event.kind) {
      case 'run-started':
        problems.begin(event.repository);
        return logger.debug({ repository: event.repository }, 'run started');
      case 'problem':
        return problems.found(event.repository, event.problem);
      case 'released':
        return logReleases(logger, event);
      case 'refused':
        return logger.error(fields(event), 'the remote refused the push');
      case 'run-failed':
        problems.failed(event.repository);
        return logger.error(fields(event), 'run failed');
      case 'run-finished':
        problems.end(event.repository);
        return logger[event.outcome === 'released' ? 'info' : 'debug'](fields(event), 'run finished');
      case 'scan-failed':
        return logger.warn(fields(event), 'scan failed');
      case 'synced':
        return logger[event.changed ? 'info' : 'debug'](fields(event), 'synced');
      case 'scanned':
        return logger.debug(fields(event), 'scanned');
      case 'raced':
        return logger.info(fields(event), 'somebody else pushed first; the run begins again');
    }
  };
}

/** The event's own fields; `message` would clash with the line's. */
function fields(event: RunEvent): Record<string, unknown> {
  const { kind: event_, ...rest } = event;
  const { message: detail, ...others } = { message: undefined, ...rest };
  return { event: event_, ...others, ...(detail === undefined ? {} : { detail }) };
}

function logReleases(logger: Logger, event: Extract<RunEvent, { kind: 'released' }>): void {
  const { repository, branch, commit } = event;
  for (const release of event.releases) {
    logger.info({ event: event.kind, repository, branch, commit, ...release }, 'released');
  }
}

/** Which problems each repository has, so that only changes are loud. */
class ProblemLines {
  readonly #logger: Logger;
  readonly #before = new Map<string, ReadonlyMap<string, Problem>>();
  readonly #now = new Map<string, Map<string, Problem>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  begin(repository: string): void {
    this.#now.set(repository, new Map());
  }

  found(repository: string, problem: Problem): void {
    const key = JSON.stringify([problem.code, problem.file, problem.policy, problem.message]);
    const known = this.#before.get(repository)?.has(key) === true;
    this.#now.get(repository)?.set(key, problem);
    const { message: detail, ...others } = problem;
    this.#logger[known ? 'debug' : 'warn']({ event: 'problem', repository, ...others, detail }, 'problem');
  }

  /** A run that failed says nothing about the problems of the run before. */
  failed(repository: string): void {
    this.#now.delete(repository);
  }

  end(repository: string): void {
    const now = this.#now.get(repository);
    if (now === undefined) return;
    for (const [key, problem] of this.#before.get(repository) ?? []) {
      if (now.has(key)) continue;
      const { message: detail, ...others } = problem;
      this.#logger.info({ event: 'problem-gone', repository, ...others, detail }, 'problem is gone');
    }
    this.#before.set(repository, now);
    this.#now.delete(repository);
  }
}
