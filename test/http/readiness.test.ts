import { describe, expect, it } from 'vitest';
import { createReadiness } from '../../src/http/readiness.ts';
import { events } from './events.ts';

describe('createReadiness', () => {
  it('waits for the first sync of every repository', () => {
    const readiness = createReadiness(['fleet', 'lab']);
    expect(readiness.problems()).toEqual(['fleet: not synced yet', 'lab: not synced yet']);
    readiness.listen(events.runStarted);
    readiness.listen(events.synced);
    expect(readiness.problems()).toEqual(['lab: not synced yet']);
    readiness.listen({ ...events.synced, repository: 'lab' });
    expect(readiness.problems()).toEqual([]);
  });

  it('tells by which kind of failure the first sync is late, and stays ready later', () => {
    const readiness = createReadiness(['fleet']);
    readiness.listen(events.runFailed);
    expect(readiness.problems()).toEqual(['fleet: not synced yet (timeout)']);
    readiness.listen(events.synced);
    readiness.listen(events.runFailed);
    expect(readiness.problems()).toEqual([]);
  });

  it('is not ready once the shutdown began', () => {
    const readiness = createReadiness([]);
    expect(readiness.problems()).toEqual([]);
    readiness.shutDown();
    readiness.listen(events.synced);
    expect(readiness.problems()).toEqual(['shutting down']);
  });
});
