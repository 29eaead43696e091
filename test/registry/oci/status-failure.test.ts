import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scripted } from './scripted.ts';
import { startScripted } from './scripted.ts';

let scripted: Scripted;
beforeEach(async () => {
  scripted = await startScripted();
});
afterEach(() => scripted.close());

const ann = { username: 'ann', password: 'hunter2hunter2' };

describe('what a registry says when it refuses', () => {
  it.each<[string, number, unknown, string, RegExp]>([
    [
      'its first error',
      403,
      { errors: [{ code: 'DENIED', message: 'no way' }, { code: 'X' }] },
      'forbidden',
      /answered 403 \(DENIED: no way\): anonymous users may not read it/,
    ],
    [
      'control and direction characters',
      400,
      { errors: [{ code: 'A', message: 'x\u001b[31m\n\u202ey\u0000' }] },
      'bad-answer',
      /\(A: x \[31m y\)/,
    ],
    ['long text', 400, { errors: [{ message: 'é'.repeat(1000) }] }, 'bad-answer', /\(é{200}…\)/],
    ['no list', 404, { errors: 'x' }, 'not-found', /answered 404: no such repository/],
    ['nulls', 404, { errors: [null] }, 'not-found', /answered 404: no such repository/],
    ['no errors', 400, null, 'bad-answer', /answered 400, which is not expected/],
  ])('%s', async (_, status, body, code, words) => {
    scripted.on((_req, res) => void res.writeHead(status).end(JSON.stringify(body)));
    const message = expect.stringMatching(words) as unknown;
    await expect(scripted.registry().list(scripted.repository)).rejects.toMatchObject({ code, message });
  });

  it('is shown without our secrets, should it echo them', async () => {
    scripted.on((req, res) => {
      if (req.headers.authorization === undefined) res.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else
        res
          .writeHead(403)
          .end(JSON.stringify({ errors: [{ message: `ann hunter2hunter2 ${req.headers.authorization}` }] }));
    });
    await expect(scripted.registry(ann).list(scripted.repository)).rejects.toMatchObject({
      message: expect.stringMatching(/\(ann \*\*\* Basic \*\*\*\)/) as unknown,
    });
  });

  it('tells how long to wait', async () => {
    scripted.on((_, res) => void res.writeHead(429, { 'retry-after': '30' }).end());
    await expect(scripted.registry().list(scripted.repository)).rejects.toMatchObject({
      code: 'rate-limited',
      retryable: true,
      retryAfter: 30_000,
    });
  });
});
