import { describe, expect, it } from 'vitest';
import { shareListings } from '../../src/registry/single-flight.ts';
import type { Tag } from '../../src/image/tag.ts';
import { repositoryOf, tagOf } from '../contracts/registry.ts';

/** A lister whose listings end when the test says so. */
function held() {
  const calls: {
    readonly end: (tags: Tag[]) => void;
    readonly fail: (error: Error) => void;
    readonly signal: AbortSignal;
  }[] = [];
  const lister = shareListings({
    list: (_, signal) =>
      new Promise((end, fail) => {
        calls.push({ end, fail, signal: signal ?? new AbortController().signal });
      }),
  });
  return { lister, calls };
}

const web = repositoryOf('h.test/web');
const api = repositoryOf('h.test/api');

describe('shareListings', () => {
  it('lists an image once for all who ask at the same time, and again for who asks later', async () => {
    const { lister, calls } = held();
    const both = [lister.list(web), lister.list(web)];
    void lister.list(api);
    expect(calls).toHaveLength(2);
    calls[0]?.end([tagOf('1')]);
    expect(await Promise.all(both)).toEqual([['1'], ['1']]);
    void lister.list(web);
    expect(calls).toHaveLength(3);
  });

  it('gives a failure to all of them, and keeps none', async () => {
    const { lister, calls } = held();
    const both = [lister.list(web), lister.list(web)];
    calls[0]?.fail(new Error('down'));
    for (const one of both) await expect(one).rejects.toThrow('down');
    void lister.list(web);
    expect(calls).toHaveLength(2);
  });

  it('stops the listing only when the last one has left', async () => {
    const { lister, calls } = held();
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [lister.list(web, first.signal), lister.list(web, second.signal)];
    first.abort();
    await expect(waiting[0]).rejects.toMatchObject({ code: 'aborted' });
    expect(calls[0]?.signal.aborted).toBe(false);
    second.abort();
    await expect(waiting[1]).rejects.toMatchObject({ code: 'aborted' });
    expect(calls[0]?.signal.aborted).toBe(true);
    void lister.list(web);
    expect(calls).toHaveLength(2);
  });

  it('does not start for who has left already', async () => {
    const { lister, calls } = held();
    await expect(lister.list(web, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect(calls).toHaveLength(0);
  });
});
