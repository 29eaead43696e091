import { Failure } from '../../core/failure.ts';
import type { Repository } from '../../image/reference.ts';
import { parseTag, type Tag } from '../../image/tag.ts';
import { parseObject } from './json.ts';
import { nextLink } from './link.ts';
import type { RegistrySession } from './session.ts';

export interface PageLimits {
  /** Pages of one list. */
  readonly pages: number;
  /** Tags of one list. */
  readonly tags: number;
  /** From its first page to its last. */
  readonly milliseconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * All tags of a repository (distribution spec, "Listing Tags"), or a Failure: a page that is missing, refused, repeated or over a bound makes
 * the whole list worthless. Pages are found by `Link`. A full page without one is followed by `last=`, since the spec lets a registry leave
 * `Link` out. Duplicates are removed. Text that breaks the grammar of tags is left out: no client can pull it. The usual list, one page in the
 * order that the spec wants, is taken as it is.
 */
export async function listAllTags(
  session: RegistrySession,
  repository: Repository,
  path: string,
  limits: PageLimits,
  signal: AbortSignal | undefined,
): Promise<readonly Tag[]> {
  const { host, api } = session.endpoint;
  const list = `${api}/v2/${path}/tags/list`;
  const task = `list the tags of ${repository}`;
  let walk: PageWalk | undefined;
  for (let query = `?n=${pageSize}`; ;) {
    const call = { method: 'GET', url: `${list}${query}`, path, task, signal } as const;
    const response = await session.send(call);
    if (response.status !== 200) throw await session.failure(response, call);
    const tags = readTags(await response.text(largestPage), host, repository);
    const next = nextLink(response.headers['link'] ?? '');
    if (walk === undefined && next === undefined && tags.length < Math.min(pageSize, limits.tags)) {
      if (areInOrder(tags)) return tags;
    }
    walk ??= new PageWalk(list, limits, (code, words) => {
      const why = `cannot ${task}: ${host} ${words}; nothing is elected from a part`;
      return new Failure(code, why, { host, retryable: code === 'timeout' });
    });
    const following = walk.add(query, tags, next);
    if (following === undefined) return walk.all();
    query = following;
  }
}

const pageSize = 1000;
const largestPage = 32 * 1024 * 1024;

function readTags(text: string, host: string, repository: Repository): readonly string[] {
  const { tags } = parseObject(text, host, `a list of the tags of ${repository}`);
  // Registries answer null for a repository whose last tag was deleted.
  const list: unknown = tags === null ? [] : tags;
  if (Array.isArray(list) && list.every((tag) => typeof tag === 'string')) return list;
  const words = `${host} answered a list of the tags of ${repository} without tags in it`;
  throw new Failure('bad-answer', words, { host });
}

/** Whether all are tags, each after the one before it, so that none is there twice. */
function areInOrder(texts: readonly string[]): texts is readonly Tag[] {
  let before = '';
  for (const text of texts) {
    if (text <= before || parseTag(text) === undefined) return false;
    before = text;
  }
  return true;
}

type Fail = (code: 'bad-answer' | 'too-large' | 'timeout', words: string) => Failure;

/** From page to page, until no other follows. */
class PageWalk {
  readonly #list: string;
  readonly #limits: PageLimits;
  readonly #fail: Fail;
  readonly #tags = new Set<Tag>();
  readonly #asked = new Set<string>();
  readonly #begun: number;

  constructor(list: string, limits: PageLimits, fail: Fail) {
    this.#list = list;
    this.#limits = limits;
    this.#fail = fail;
    this.#begun = limits.now();
  }

  all(): readonly Tag[] {
    return [...this.#tags];
  }

  /** @returns the query of the page that follows, or `undefined` where the list is complete */
  add(query: string, page: readonly string[], next: string | undefined): string | undefined {
    this.#asked.add(query);
    const repeated = this.#isRepeated(page);
    const { tags, pages, milliseconds, now } = this.#limits;
    if (this.#tags.size > tags) throw this.#fail('too-large', `has more than ${tags} of them`);
    const following = next === undefined ? lastQuery(page, repeated) : this.#linked(next, repeated);
    if (following === undefined) return undefined;
    if (this.#asked.has(following))
      throw this.#fail('bad-answer', 'sends the client round in a circle of pages');
    if (this.#asked.size >= pages) throw this.#fail('too-large', `has more than ${pages} pages of them`);
    if (now() - this.#begun > milliseconds) {
      const words = `was still listing after ${milliseconds / 60_000} minutes, ${this.#asked.size} pages`;
      throw this.#fail('timeout', words);
    }
    return following;
  }

  /** Whether the page holds tags, all of them known already. */
  #isRepeated(page: readonly string[]): boolean {
    const before = this.#tags.size;
    let invalid = 0;
    for (const text of page) {
      const tag = parseTag(text);
      if (tag === undefined) invalid++;
      else this.#tags.add(tag);
    }
    return page.length > 0 && invalid === 0 && this.#tags.size === before;
  }

  /**
   * The query of the next page, which is always at our own address of the list: the host and path of the link must be ours, and its scheme is
   * not taken over, since registries behind a TLS proxy often write `http`.
   */
  #linked(target: string, repeated: boolean): string {
    if (repeated) throw this.#fail('bad-answer', 'gives a page again and says that more follow');
    const ours = new URL(this.#list);
    const url = URL.parse(target, this.#list);
    const isOurs = url?.host === ours.host && url.pathname === ours.pathname;
    if (url !== null && isOurs && url.username + url.password === '') return url.search;
    throw this.#fail('bad-answer', 'says that the next page is at another address, which is not followed');
  }
}

/** Behind a full page there may be another. A registry that does not know `last` gives the same page again: then the list is complete. */
function lastQuery(page: readonly string[], repeated: boolean): string | undefined {
  const end = page.length === pageSize && !repeated ? page.at(-1) : undefined;
  return end && `?n=${pageSize}&last=${encodeURIComponent(end.toWellFormed())}`;
}
