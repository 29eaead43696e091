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
}

/**
 * All tags of a repository (distribution spec, "Listing Tags"), or a Failure: a page that is missing, refused, repeated or over a bound makes
 * the whole list worthless. Pages are found by `Link`. A full page without one is followed by `last=`, since the spec lets a registry leave
 * `Link` out. Duplicates are removed. Text that breaks the grammar of tags is left out: no client can pull it.
 */
export async function listAllTags(
  session: RegistrySession,
  repository: Repository,
  path: string,
  limits: PageLimits,
  signal: AbortSignal | undefined,
): Promise<Tag[]> {
  const { host, api } = session.endpoint;
  const list = `${api}/v2/${path}/tags/list`;
  const fail = (code: 'bad-answer' | 'too-large', words: string) =>
    new Failure(
      code,
      `cannot list the tags of ${repository}: ${host} ${words}; nothing is elected from a part`,
      { host },
    );
  const tags = new Set<Tag>();
  const asked = new Set<string>();
  let query: string | undefined = `?n=${pageSize}`;
  while (query !== undefined) {
    if (asked.has(query)) throw fail('bad-answer', 'sends the client round in a circle of pages');
    if (asked.size >= limits.pages) throw fail('too-large', `has more than ${limits.pages} pages of them`);
    asked.add(query);
    const page = await readPage(session, `${list}${query}`, repository, path, signal);
    const repeated = addTags(tags, page.tags);
    if (tags.size > limits.tags) throw fail('too-large', `has more than ${limits.tags} of them`);
    if (page.next === undefined) {
      // A registry that does not know `last` gives the same page again: then the list is complete.
      const end = page.tags.length === pageSize && !repeated ? page.tags.at(-1) : undefined;
      query = end === undefined ? undefined : `?n=${pageSize}&last=${encodeURIComponent(end.toWellFormed())}`;
    } else {
      if (repeated) throw fail('bad-answer', 'gives a page again and says that more follow');
      query = nextQuery(page.next, list);
      if (query === undefined) {
        throw fail('bad-answer', 'says that the next page is at another address, which is not followed');
      }
    }
  }
  return [...tags];
}

/** Whether `page` holds tags, all of them known already. */
function addTags(tags: Set<Tag>, page: readonly string[]): boolean {
  const before = tags.size;
  let invalid = 0;
  for (const text of page) {
    const tag = parseTag(text);
    if (tag === undefined) invalid++;
    else tags.add(tag);
  }
  return page.length > 0 && invalid === 0 && tags.size === before;
}

const pageSize = 1000;
const largestPage = 32 * 1024 * 1024;

interface Page {
  readonly tags: readonly string[];
  readonly next: string | undefined;
}

async function readPage(
  session: RegistrySession,
  url: string,
  repository: Repository,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const { host } = session.endpoint;
  const call = { method: 'GET', url, path, task: `list the tags of ${repository}`, signal } as const;
  const response = await session.send(call);
  if (response.status !== 200) throw await session.failure(response, call);
  const { tags } = parseObject(await response.text(largestPage), host, `a list of the tags of ${repository}`);
  // Registries answer null for a repository whose last tag was deleted.
  const list: unknown = tags === null ? [] : tags;
  if (!Array.isArray(list) || !list.every((tag) => typeof tag === 'string')) {
    throw new Failure(
      'bad-answer',
      `${host} answered a list of the tags of ${repository} without tags in it`,
      { host },
    );
  }
  return { tags: list, next: nextLink(response.headers['link'] ?? '') };
}

/**
 * The query of the next page, which is always at our own address of the list: the host and path of the link must be ours, and its scheme is
 * not taken over, since registries behind a TLS proxy often write `http`.
 */
function nextQuery(target: string, list: string): string | undefined {
  const ours = new URL(list);
  const url = URL.parse(target, list);
  if (url === null || url.username + url.password !== '') return undefined;
  return url.host === ours.host && url.pathname === ours.pathname ? url.search : undefined;
}
