import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RunEvent, RunListener } from '../run/events.ts';

export interface Metrics {
  readonly listen: RunListener;
  /** The Prometheus text format. */
  render(): Promise<string>;
  readonly contentType: string;
}

/** Prometheus metrics (product.md, 8) from the events of runs, and those of the process, in a registry of their own. Names and labels are stable. */
export function createMetrics(options: { readonly now?: () => number } = {}): Metrics {
  const registry = new Registry();
  collectOfProcess(registry);
  const recorder = new Recorder(registry, options.now ?? Date.now);
  return {
    listen: (event) => recorder.record(event),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/**
 * Those that the library gives of every process, but for the lag of the event loop as a timer of 10 ms sees it: for that timer an idle daemon wakes a hundred times
 * a second, and where there is no lag it says 10 ms. `nodejs_eventloop_lag_seconds` is measured by each scrape and stays.
 */
function collectOfProcess(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: hour });
  for (const value of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
    register.removeSingleMetric(`nodejs_eventloop_lag_${value}_seconds`);
}

/** Milliseconds. */
const hour = 3_600_000;

class Recorder {
  readonly #meters: Meters;
  readonly #now: () => number;
  /** Problems of the runs that go on, by repository and code. */
  readonly #open = new Map<string, Map<string, number>>();
  readonly #shown = new Map<string, ReadonlyMap<string, number>>();

  constructor(registry: Registry, now: () => number) {
    this.#meters = createMeters(registry);
    this.#now = now;
  }

  record(event: RunEvent): void {
    const meters = this.#meters;
    switch (event.kind) {
      case 'run-started':
        this.#open.set(event.repository, new Map());
        return;
      case 'synced':
        return meters.syncDuration.observe({ repository: event.repository }, event.ms / 1000);
      case 'scanned':
        meters.scans.inc({ host: event.host, outcome: 'ok' });
        meters.scanDuration.observe({ host: event.host }, event.ms / 1000);
        return meters.tags.set({ image: event.image }, event.tags);
      case 'scan-failed':
        return meters.scans.inc({ host: event.host, outcome: event.code });
      case 'problem':
        return this.#countProblem(event.repository, event.problem.code);
      case 'released':
        for (const { environment, policy } of event.releases) {
          meters.releases.inc({ repository: event.repository, environment, policy });
        }
        return;
      case 'raced':
        return meters.races.inc({ repository: event.repository });
      case 'refused':
        return meters.refusals.inc({ repository: event.repository });
      case 'run-failed':
        // it says nothing about the problems of the run before
        this.#open.delete(event.repository);
        return;
      case 'run-finished':
        return this.#finish(event);
    }
  }

  #countProblem(repository: string, code: string): void {
    const counts = this.#open.get(repository);
    counts?.set(code, (counts.get(code) ?? 0) + 1);
  }

  #finish(event: Extract<RunEvent, { kind: 'run-finished' }>): void {
    const { repository, outcome } = event;
    const meters = this.#meters;
    meters.runs.inc({ repository, outcome });
    meters.runDuration.observe({ repository }, event.ms / 1000);
    if (outcome !== 'failed') meters.lastSuccess.set({ repository }, this.#now() / 1000);
    const counts = this.#open.get(repository);
    if (counts === undefined) return;
    this.#open.delete(repository);
    for (const code of this.#shown.get(repository)?.keys() ?? [])
      meters.problems.remove({ repository, code });
    for (const [code, count] of counts) meters.problems.set({ repository, code }, count);
    this.#shown.set(repository, counts);
    meters.holds.set({ repository }, event.held);
    meters.policies.set({ repository }, event.policies);
    meters.bindings.set({ repository }, event.bindings);
  }
}

type Meters = ReturnType<typeof createMeters>;

function createMeters(registry: Registry) {
  return { ...runMeters(registry), ...scanMeters(registry) };
}

function runMeters(registry: Registry) {
  const registers = [registry];
  const labelNames = ['repository'] as const;
  const counter = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Counter({ name, help, labelNames: labels, registers });
  const gauge = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Gauge({ name, help, labelNames: labels, registers });
  return {
    runs: counter('tallyman_runs_total', 'Runs by outcome.', ['repository', 'outcome']),
    runDuration: new Histogram({
      name: 'tallyman_run_duration_seconds',
      help: 'How long runs took.',
      labelNames,
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
      registers,
    }),
    syncDuration: new Histogram({
      name: 'tallyman_sync_duration_seconds',
      help: 'How long looking at the remote repository took.',
      labelNames,
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
      registers,
    }),
    releases: counter('tallyman_releases_total', 'Fields released.', ['repository', 'environment', 'policy']),
    problems: gauge('tallyman_problems', 'Problems of the last complete run.', ['repository', 'code']),
    holds: gauge('tallyman_holds', 'Bindings that have a newer version and are gated.', labelNames),
    policies: gauge('tallyman_policies', 'Policies that bind a field.', labelNames),
    bindings: gauge('tallyman_bindings', 'Bindings of policies to fields.', labelNames),
    races: counter('tallyman_push_races_total', 'Pushes that somebody else was faster than.', labelNames),
    refusals: counter('tallyman_push_refused_total', 'Pushes that the remote refused.', labelNames),
    lastSuccess: gauge(
      'tallyman_last_success_timestamp_seconds',
      'When the last run ended that did not fail.',
      labelNames,
    ),
  };
}

function scanMeters(registry: Registry) {
  const registers = [registry];
  return {
    scans: new Counter({
      name: 'tallyman_scans_total',
      help: 'Tag lists asked for, by outcome: ok, or why there is none.',
      labelNames: ['host', 'outcome'],
      registers,
    }),
    scanDuration: new Histogram({
      name: 'tallyman_scan_duration_seconds',
      help: 'How long whole tag lists took.',
      labelNames: ['host'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
      registers,
    }),
    tags: new Gauge({
      name: 'tallyman_tags',
      help: 'Tags in the last list.',
      labelNames: ['image'],
      registers,
    }),
  };
}
