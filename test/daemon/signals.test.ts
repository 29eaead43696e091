import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { followSignals } from '../../src/daemon/signals.ts';

function follow() {
  const source = new EventEmitter();
  const calls: string[] = [];
  const untie = followSignals(source, {
    stop: () => calls.push('stop'),
    exit: (code) => calls.push(`exit ${code}`),
    trigger: () => calls.push('trigger'),
  });
  return { source, calls, untie };
}

describe('followSignals', () => {
  it.each([
    ['one end', ['SIGTERM'], ['stop']],
    ['a second end leaves at once', ['SIGINT', 'SIGINT'], ['stop', 'exit 130']],
    ['the code is that of the second signal', ['SIGINT', 'SIGTERM'], ['stop', 'exit 143']],
    [
      'a hangup triggers, as often as it comes',
      ['SIGHUP', 'SIGHUP', 'SIGTERM'],
      ['trigger', 'trigger', 'stop'],
    ],
  ])('%s', (_label, signals, expected) => {
    const { source, calls } = follow();
    for (const signal of signals) source.emit(signal);
    expect(calls).toEqual(expected);
  });

  it('leaves no listener behind', () => {
    const { source, calls, untie } = follow();
    untie();
    source.emit('SIGTERM');
    expect(calls).toEqual([]);
    expect(source.eventNames()).toEqual([]);
  });
});
