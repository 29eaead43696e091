import { nearest } from '../../core/nearest.ts';

const prefixes = ['fluxcd.io/', 'flux.weave.works/'] as const;
const words = ['automated', 'locked', 'locked_user', 'locked_msg', 'ignore', 'tag_all'] as const;
const parts = ['repository', 'registry', 'tag'] as const;
/** Flux's own bookkeeping in the cluster. */
const internal = ['sync-checksum', 'sync-gc-mark', 'antecedent'];

/** What an annotation of Flux v1 is, by its key. */
export type Flux1Key =
  | { readonly kind: (typeof words)[number] }
  | { readonly kind: 'tag'; readonly container: string }
  /** `repository.fluxcd.io/<alias>` and the like: where a HelmRelease keeps an image. */
  | { readonly kind: 'map'; readonly alias: string; readonly part: 'repository' | 'registry' | 'tag' }
  | { readonly kind: 'internal' }
  | { readonly kind: 'unknown'; readonly near: string | undefined };

/** @returns `undefined` where the key is none of Flux v1's */
export function flux1Key(key: string): Flux1Key | undefined {
  const [host = '', name = ''] = key.split('/', 2);
  if (host === 'filter.fluxcd.io') return { kind: 'tag', container: name };
  const part = parts.find((known) => host === `${known}.fluxcd.io`);
  if (part !== undefined) return { kind: 'map', alias: name, part };
  if (!prefixes.some((prefix) => key.startsWith(prefix))) return undefined;
  if (name.startsWith('tag.')) return { kind: 'tag', container: name.slice('tag.'.length) };
  if (internal.includes(name)) return { kind: 'internal' };
  const word = words.find((known) => known === name);
  if (word !== undefined) return { kind: word };
  return { kind: 'unknown', near: nearest(name, [...words, 'tag.CONTAINER']) };
}
