import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { createLogger } from '../../src/log/logger.ts';
import { scrub } from '../../src/log/scrub.ts';
import { LineSink } from './line-sink.ts';

describe('createLogger', () => {
  it('writes a line of JSON with a time and the name of the level', async () => {
    const sink = new LineSink();
    const logger = await createLogger({ level: 'info', destination: sink });
    logger.info({ repository: 'fleet' }, 'synced\nand more');
    logger.debug('not written');
    expect(sink.lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        repository: 'fleet',
        msg: 'synced\nand more',
      },
    ]);
    expect(sink.text.split('\n')).toHaveLength(2);
  });

  it.each([
    ['at the top', { password: 'hunter2' }],
    ['below', { auth: { token: 'hunter2', user: 'bot' } }],
    ['far below', { request: { headers: { authorization: 'hunter2' } } }],
    ['in a list', { registries: [{ passphrase: 'hunter2' }] }],
    ['in the message of an error', { error: new Error('GET https://bot:hunter2@git.example.com/a failed') }],
    ['in a header inside text', { detail: 'sent Authorization: Bearer hunter2hunter2 to it' }],
    [
      'in the cause of a failure',
      { error: new Failure('internal', 'x', { cause: new Error('Basic Ym90Omh1bnRlcjI=') }) },
    ],
  ])('hides secrets %s', async (_label, detail) => {
    const sink = new LineSink();
    (await createLogger({ level: 'info', destination: sink })).info(detail, 'message');
    expect(sink.text).not.toMatch(/hunter2|Ym90/);
    expect(sink.text).toContain('***');
    expect(sink.lines).toHaveLength(1);
  });

  it('tells errors with their cause, and a stack for bugs only', async () => {
    const sink = new LineSink();
    const logger = await createLogger({ level: 'info', destination: sink });
    const cause = new TypeError('inner');
    logger.error({ error: new Failure('timeout', 'outer', { cause }) }, 'run ended');
    expect(sink.lines[0]).toMatchObject({
      error: {
        type: 'Failure',
        code: 'timeout',
        message: 'outer',
        cause: {
          type: 'TypeError',
          message: 'inner',
          stack: expect.stringContaining('logger.test') as string,
        },
      },
    });
    expect(sink.lines[0]?.['error']).not.toHaveProperty('stack');
  });

  it('ends with circular causes', async () => {
    const sink = new LineSink();
    const error = new Error('around');
    error.cause = error;
    (await createLogger({ level: 'info', destination: sink })).error({ error }, 'x');
    expect(sink.lines).toHaveLength(1);
  });
});

describe('scrub', () => {
  it.each([
    ['https://user:pass@host/path', 'https://***@host/path'],
    ['https://user@host and http://a:b@c', 'https://***@host and http://***@c'],
    ['https://user:p@ss@host', 'https://***@host'],
    ['https://host/@scope/name', 'https://host/@scope/name'],
    ['ghcr.io/acme/web@sha256:abc', 'ghcr.io/acme/web@sha256:abc'],
    ['Bearer abc123def456', 'Bearer ***'],
    ['the server wants basic authentication', 'the server wants basic authentication'],
  ])('%s', (line, expected) => {
    expect(scrub(line)).toBe(expected);
  });

  it('takes linear time', () => {
    const started = performance.now();
    for (const part of ['://', '://a@', '@', 'Bearer ', 'Bearer a']) scrub(part.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
