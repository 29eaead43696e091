import { describe, expect, it } from 'vitest';
import type { Hold } from '../../src/policy/model.ts';
import { decided, gateNamesOf, now, type Scene } from './inputs.ts';

describe('holds', () => {
  const base: Scene = { rule: 'semver:*', tags: ['1.0.0', '1.3.0'], current: '1.0.0' };

  it('stop the binding and are shown with reason and author', () => {
    const decision = decided({
      ...base,
      policy: { hold: hold('audit', 'ada') },
      more: { holds: [hold('fair', 'bo', now + 1)] },
    });
    expect(decision.elected).toBe('1.3.0');
    expect(decision.gates).toEqual([
      { gate: 'hold', detail: 'held by ada: audit' },
      { gate: 'hold', detail: 'held by bo until 2026-11-21T00:00:00.001Z: fair' },
    ]);
  });

  it('end at their time', () => {
    expect(gateNamesOf(decided({ ...base, policy: { hold: hold('x', '', now) } }))).toEqual([]);
    expect(gateNamesOf(decided({ ...base, policy: { hold: hold('x', '', now + 1) } }))).toEqual(['hold']);
    expect(gateNamesOf(decided({ ...base, policy: { hold: hold('', '') } }))).toEqual(['hold']);
  });
});

function hold(reason: string, by: string, until?: number): Hold {
  return { reason, by, until };
}
