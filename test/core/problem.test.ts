import { describe, expect, it } from 'vitest';
import { asFailure, Failure } from '../../src/core/failure.ts';
import { formatPlace } from '../../src/core/position.ts';
import { compareProblems, type Problem } from '../../src/core/problem.ts';

describe('problems', () => {
  it('are shown by place, then by code', () => {
    const sorted = [
      { code: 'registry-failed', message: '' } as const,
      at('a', 1, 1, 'bad-policy'),
      at('a', 1, 1, 'bad-yaml'),
      at('a', 1, 2, 'bad-yaml'),
      at('a', 2, 1, 'bad-yaml'),
      at('a', 10, 1, 'bad-yaml'),
      at('b', 1, 1, 'bad-yaml'),
    ];
    expect(sorted.toReversed().sort(compareProblems)).toEqual(sorted);
  });

  it('have places as compilers write them', () => {
    expect(formatPlace({ file: 'a/b.yaml', line: 3, column: 7 })).toBe('a/b.yaml:3:7');
  });
});

describe('failures', () => {
  it('keep what is known', () => {
    const failure = new Failure('rate-limited', 'slow down', { host: 'h:1', retryable: true, retryAfter: 5 });
    expect(failure).toMatchObject({
      code: 'rate-limited',
      host: 'h:1',
      retryable: true,
      retryAfter: 5,
      file: undefined,
    });
    expect(asFailure(failure)).toBe(failure);
  });

  it('wrap what is not ours', () => {
    const cause = new TypeError('no');
    expect(asFailure(cause, 'unreachable', { host: 'h' })).toMatchObject({
      code: 'unreachable',
      message: 'no',
      cause,
    });
    expect(asFailure('text')).toMatchObject({ code: 'internal', message: 'text', retryable: false });
  });
});

function at(file: string, line: number, column: number, code: Problem['code']): Problem {
  return { code, message: '', file, line, column };
}
