import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/log/logger.ts';
import { logEvents } from '../../src/log/run-lines.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { events } from '../http/events.ts';
import { LineSink } from './line-sink.ts';

async function log(...happened: readonly RunEvent[]) {
  const sink = new LineSink();
  const listen = logEvents(await createLogger({ level: 'debug', destination: sink }));
  for (const event of happened) listen(event);
  return sink.lines;
}

function logRuns(...runs: readonly (readonly RunEvent[])[]) {
  return log(...runs.flat());
}

describe('logEvents', () => {
  it.each([
    ['runStarted', 'debug', 'run started'],
    ['synced', 'info', 'synced'],
    ['syncedUnchanged', 'debug', 'synced'],
    ['scanned', 'debug', 'scanned'],
    ['scanFailed', 'warn', 'scan failed'],
    ['problem', 'warn', 'problem'],
    ['released', 'info', 'released'],
    ['raced', 'info', 'somebody else pushed first; the run begins again'],
    ['refused', 'error', 'the remote refused the push'],
    ['runFailed', 'error', 'run failed'],
    ['unchanged', 'debug', 'run finished'],
    ['stopped', 'debug', 'run finished'],
    ['finished', 'info', 'run finished'],
  ] as const)('%s is %s', async (name, level, msg) => {
    expect(await log(events[name])).toEqual([expect.objectContaining({ level, msg })]);
  });

  it('has one line for each release, without the diff', async () => {
    const [line, ...others] = await log(events.released);
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      policy: 'web',
      environment: 'prod',
      from: '1.0.0',
      to: '1.1.0',
      file: 'a.yaml',
      line: 3,
    });
    expect(line).not.toHaveProperty('diff');
  });

  it('tells the words of a failure beside those of the line', async () => {
    expect((await log(events.runFailed))[0]).toMatchObject({
      msg: 'run failed',
      detail: 'no answer',
      code: 'timeout',
    });
  });

  it('is loud about a problem when it comes and when it goes, not in between', async () => {
    const { runStarted, problem, unchanged } = events;
    const lines = await logRuns(
      [runStarted, problem, unchanged],
      [runStarted, problem, unchanged],
      [runStarted, unchanged],
      [runStarted, problem, unchanged],
    );
    const told = lines
      .filter(({ msg }) => String(msg).startsWith('problem'))
      .map(({ level, msg }) => [level, msg]);
    expect(told).toEqual([
      ['warn', 'problem'],
      ['debug', 'problem'],
      ['info', 'problem is gone'],
      ['warn', 'problem'],
    ]);
  });

  it('does not take a failed run for the end of problems', async () => {
    const { runStarted, problem, unchanged, runFailed } = events;
    const lines = await logRuns(
      [runStarted, problem, unchanged],
      [runStarted, runFailed, unchanged],
      [runStarted, problem, unchanged],
    );
    const told = lines.filter(({ msg }) => String(msg).startsWith('problem')).map(({ level }) => level);
    expect(told).toEqual(['warn', 'debug']);
  });
});
