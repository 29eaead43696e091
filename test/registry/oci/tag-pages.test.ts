import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Handler, Scripted } from './scripted.ts';
import { sendJson, startScripted } from './scripted.ts';
import { serveEmbeddedRegistry } from '../../../src/demo/registry/serve.ts';
import { repositoryOf } from '../../contracts/registry.ts';

let scripted: Scripted;
beforeEach(async () => {
  scripted = await startScripted();
});
afterEach(() => scripted.close());

const list = () => scripted.registry().list(scripted.repository);
const listPath = '/v2/acme/web/tags/list';
const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => `t${from + i}`);

/** Five pages of two tags each; `fault` answers page three. */
function pages(fault?: Handler): Handler {
  return (req, res, url) => {
    const page = Number(url.searchParams.get('page') ?? 1);
    if (page === 3 && fault !== undefined) return fault(req, res, url);
    const link: Record<string, string> =
      page < 5 ? { link: `<${listPath}?page=${page + 1}>; rel="next"` } : {};
    sendJson(res, { tags: numbered(page * 2, 2) }, link);
  };
}

describe('a list in pages', () => {
  it('is read to its end, in requests of 1000', async () => {
    scripted.on(pages());
    expect(await list()).toEqual(numbered(2, 10));
    expect(scripted.seen[0]).toBe(`GET ${listPath}?n=1000`);
    expect(scripted.seen).toHaveLength(5);
  });

  it('is read from the embedded registry, over 1000 tags', async () => {
    const served = await serveEmbeddedRegistry();
    const { host, registry } = served;
    for (const tag of numbered(0, 2345))
      registry.addImage({ repository: 'big', tag, created: 0, content: 'one' });
    const tags = await scripted
      .registry(undefined, { insecureHosts: new Set([host]) })
      .list(repositoryOf(`${host}/big`));
    expect([...tags].sort()).toEqual(numbered(0, 2345).sort());
    await served.close();
  });

  it.each<[string, Handler, string, RegExp]>([
    ['a page that is not there', (_, res) => void res.writeHead(404).end(), 'not-found', /answered 404/],
    [
      'a page in trouble',
      (_, res) => void res.writeHead(503).end('<html>'),
      'unreachable',
      /answered 503: the registry is in trouble/,
    ],
    [
      'a page that is cut off',
      (_, res) => void res.writeHead(200, { 'content-length': '99' }).write('{"tags', () => res.destroy()),
      'unreachable',
      /cut/,
    ],
    ['a page that hangs before its head', () => undefined, 'timeout', /did not answer in time/],
    ['a page that hangs', (_, res) => void res.write('{"tags":['), 'timeout', /stopped in the middle/],
    ['a page of HTML', (_, res) => void res.end('<html>'), 'bad-answer', /not JSON/],
    ['a page that is a list', (_, res) => sendJson(res, ['t1']), 'bad-answer', /not an object/],
    ['a page without tags', (_, res) => sendJson(res, { name: 'x' }), 'bad-answer', /without tags/],
    ['tags that are text', (_, res) => sendJson(res, { tags: 't1' }), 'bad-answer', /without tags/],
    ['tags that are numbers', (_, res) => sendJson(res, { tags: ['t1', 2] }), 'bad-answer', /without tags/],
    [
      'a link to another host',
      (_, res) =>
        sendJson(res, { tags: ['x'] }, { link: `<http://evil.test${listPath}?page=4>; rel="next"` }),
      'bad-answer',
      /another address/,
    ],
    [
      'a link to another repository',
      (_, res) => sendJson(res, { tags: ['x'] }, { link: '</v2/acme/api/tags/list?page=4>; rel="next"' }),
      'bad-answer',
      /another address/,
    ],
    [
      'a link with user info',
      (_, res) =>
        sendJson(
          res,
          { tags: ['x'] },
          { link: `<http://a:b@${scripted.server.host}${listPath}>; rel="next"` },
        ),
      'bad-answer',
      /another address/,
    ],
    [
      'a link back to an earlier page',
      (_, res) => sendJson(res, { tags: ['x'] }, { link: `<${listPath}?page=2>; rel="next"` }),
      'bad-answer',
      /circle/,
    ],
    [
      'a page that was there before',
      (_, res) => sendJson(res, { tags: ['t2', 't3'] }, { link: `<${listPath}?page=4>; rel="next"` }),
      'bad-answer',
      /gives a page again/,
    ],
    [
      'a page over 32 MiB',
      (_, res) =>
        void res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(40_000_000, ' '))),
      'too-large',
      /more than/,
    ],
  ])('is no list with %s', async (_, fault, code, words) => {
    scripted.on(pages(fault));
    await expect(list()).rejects.toMatchObject({
      code,
      host: scripted.server.host,
      message: expect.stringMatching(words) as unknown,
    });
  });

  it.each([
    ['pages', { pageLimit: 20 }, /more than 20 pages/, 20],
    ['tags', { tagLimit: 9 }, /more than 9 of them/, 5],
  ])('ends at the bound of %s where it never ends by itself', async (_, limit, words, requests) => {
    let count = 0;
    scripted.on((_req, res) => {
      count++;
      sendJson(res, { tags: numbered(count * 2, 2) }, { link: `<?page=${count}>; rel="next"` });
    });
    const listing = scripted.registry(undefined, limit).list(scripted.repository);
    await expect(listing).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(words) as unknown,
    });
    expect(count).toBe(requests);
  });

  it('ends at the bound of time where each page comes in time, and all of them do not', async () => {
    let count = 0;
    scripted.on((_req, res) => {
      count++;
      sendJson(res, { tags: numbered(count * 2, 2) }, { link: `<?page=${count}>; rel="next"` });
    });
    const options = { now: () => count * 60_000, listTimeout: 300_000 };
    await expect(scripted.registry(undefined, options).list(scripted.repository)).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
      message: expect.stringMatching(
        /was still listing after 5 minutes, 7 pages; nothing is elected/,
      ) as unknown,
    });
  });

  it('takes the scheme of a link for a mistake of the proxy before the registry', async () => {
    scripted.on((_, res, url) =>
      url.searchParams.has('page')
        ? sendJson(res, { tags: ['b'] })
        : sendJson(
            res,
            { tags: ['a'] },
            { link: `<https://${scripted.server.host}${listPath}?page=2>; rel="next"` },
          ),
    );
    expect(await list()).toEqual(['a', 'b']);
  });

  it('may have an empty page in it, and tags that come twice', async () => {
    scripted.on((_, res, url) => {
      const page = Number(url.searchParams.get('page') ?? 1);
      const tags = [['a', 'b'], [], ['b', 'c']][page - 1];
      sendJson(res, { tags }, page < 3 ? { link: `<?page=${page + 1}>; rel="next"` } : {});
    });
    expect(await list()).toEqual(['a', 'b', 'c']);
  });
});

describe('a full page without a link', () => {
  const first = numbered(0, 1000);

  it('is followed by last', async () => {
    scripted.on((_, res, url) =>
      sendJson(res, { tags: url.searchParams.get('last') === 't999' ? ['z'] : first }),
    );
    expect(await list()).toEqual([...first, 'z']);
    expect(scripted.seen[1]).toBe(`GET ${listPath}?n=1000&last=t999`);
  });

  it('is the whole list where the registry gives it again', async () => {
    scripted.on((_, res) => sendJson(res, { tags: first }));
    expect(await list()).toEqual(first);
    expect(scripted.seen).toHaveLength(2);
  });

  it('is no list where what follows fails', async () => {
    scripted.on((_, res, url) =>
      url.searchParams.has('last') ? void res.writeHead(500).end() : sendJson(res, { tags: first }),
    );
    await expect(list()).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('tags', () => {
  it('may be null: a repository whose last tag was deleted', async () => {
    scripted.on((_, res) => sendJson(res, { name: 'acme/web', tags: null }));
    expect(await list()).toEqual([]);
  });

  it.each([
    ['in order', ['a', 'b', 'c']],
    ['out of order', ['c', 'a', 'b']],
    ['twice, in order', ['a', 'a', 'b']],
    ['twice, apart', ['b', 'a', 'b']],
    ['in order, with what is no tag', ['-', 'a', 'b']],
  ])('come each once, in the order of the registry: %s', async (_label, tags) => {
    scripted.on((_, res) => sendJson(res, { tags }));
    expect(await list()).toEqual([...new Set(tags)].filter((tag) => tag !== '-'));
  });

  it('that break the grammar are left out', async () => {
    scripted.on((_, res) =>
      sendJson(res, { tags: ['ok', '', '-a', 'a b', 'a/b', '\u001b[31m', 'x'.repeat(129), '_'] }),
    );
    expect(await list()).toEqual(['ok', '_']);
  });
});
