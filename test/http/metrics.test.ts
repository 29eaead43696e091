import { register } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { events } from './events.ts';

async function render(...happened: readonly RunEvent[]): Promise<string[]> {
  const metrics = createMetrics({ now: () => 1_700_000_000_500 });
  for (const event of happened) metrics.listen(event);
  return (await metrics.render()).split('\n').filter((line) => line.startsWith('tallyman_'));
}

describe('createMetrics', () => {
  const cases: readonly [label: string, happened: readonly RunEvent[], lines: readonly string[]][] = [
    [
      'a run',
      [events.runStarted, events.finished],
      [
        'tallyman_runs_total{repository="fleet",outcome="released"} 1',
        'tallyman_run_duration_seconds_sum{repository="fleet"} 0.25',
        'tallyman_last_success_timestamp_seconds{repository="fleet"} 1700000000.5',
        'tallyman_holds{repository="fleet"} 2',
        'tallyman_policies{repository="fleet"} 3',
        'tallyman_bindings{repository="fleet"} 5',
      ],
    ],
    ['a sync', [events.synced], ['tallyman_sync_duration_seconds_sum{repository="fleet"} 0.02']],
    [
      'scans',
      [events.scanned, events.scanned, events.scanFailed],
      [
        'tallyman_scans_total{host="ghcr.io",outcome="ok"} 2',
        'tallyman_scans_total{host="ghcr.io",outcome="timeout"} 1',
        'tallyman_tags{image="ghcr.io/acme/web"} 42',
        'tallyman_scan_duration_seconds_count{host="ghcr.io"} 2',
      ],
    ],
    [
      'releases',
      [events.released, events.released],
      ['tallyman_releases_total{repository="fleet",environment="prod",policy="web"} 2'],
    ],
    ['a race', [events.raced], ['tallyman_push_races_total{repository="fleet"} 1']],
    ['a refusal', [events.refused], ['tallyman_push_refused_total{repository="fleet"} 1']],
    [
      'a run that the fuse stopped',
      [
        events.runStarted,
        { ...events.problem, problem: { code: 'fuse', message: 'waits for a person' } },
        events.stopped,
      ],
      [
        'tallyman_runs_total{repository="fleet",outcome="stopped"} 1',
        'tallyman_problems{repository="fleet",code="fuse"} 1',
        'tallyman_last_success_timestamp_seconds{repository="fleet"} 1700000000.5',
      ],
    ],
    [
      'problems',
      [events.runStarted, events.problem, events.problem, events.unchanged],
      ['tallyman_problems{repository="fleet",code="bad-policy"} 2'],
    ],
    [
      'a run that failed, which says nothing of problems',
      [
        [events.runStarted, events.problem, events.unchanged],
        [events.runStarted, events.runFailed, { ...events.failed, held: 0 }],
      ].flat(),
      [
        'tallyman_problems{repository="fleet",code="bad-policy"} 1',
        'tallyman_holds{repository="fleet"} 2',
        'tallyman_runs_total{repository="fleet",outcome="failed"} 1',
      ],
    ],
  ];

  it.each(cases)('counts %s', async (_label, happened, lines) => {
    expect(await render(...happened)).toEqual(expect.arrayContaining([...lines]));
  });

  it('forgets problems that are gone', async () => {
    const { runStarted, problem, unchanged } = events;
    const lines = await render(runStarted, problem, unchanged, runStarted, unchanged);
    expect(lines.filter((line) => line.startsWith('tallyman_problems'))).toEqual([]);
  });

  it('does not count a failed run as a success', async () => {
    const lines = await render(events.runStarted, events.runFailed, events.failed);
    expect(lines.filter((line) => line.startsWith('tallyman_last_success'))).toEqual([]);
  });

  it('escapes labels', async () => {
    const [line] = (await render({ ...events.scanned, image: 'a"b\\c\nd' })).filter((each) =>
      each.startsWith('tallyman_tags'),
    );
    expect(line).toBe(String.raw`tallyman_tags{image="a\"b\\c\nd"} 42`);
  });

  it('tells of the process, and leaves the global registry alone', async () => {
    const metrics = createMetrics();
    const text = await metrics.render();
    expect(text).toContain('process_resident_memory_bytes');
    // What only a timer can tell, for which a daemon would never sleep, is not there.
    expect(text.match(/^nodejs_eventloop_\w+/gm)).toEqual(['nodejs_eventloop_lag_seconds']);
    expect(metrics.contentType).toContain('text/plain');
    expect(register.getMetricsAsArray()).toEqual([]);
  });
});
