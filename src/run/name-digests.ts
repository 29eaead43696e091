import type { Binding } from '../bindings/model.ts';
import { parseTag } from '../image/tag.ts';
import type { Current, Decision, Past } from '../policy/election/decision.ts';
import { mapLimited } from './concurrency.ts';
import type { ImageLookup } from './image-facts.ts';
import type { BranchHistory } from './past/branch-history.ts';
import { nameDigest, nameDigests as withNames } from './past/digest-names.ts';
import { isDigestAlone } from './past/record-holds.ts';

/** Tags whose digests are asked for, best first, to find out which of them a digest is. */
const mostAsked = 20;
const atOnce = 8;

/**
 * The values of a field, newest first, with tags for digests that stood alone (`image: repo@sha256:...`, a kustomize entry without
 * `newTag`): those that the release records of the field tell, else those of the best tags of the policy that have the digest in the
 * registry now. What nobody can tell stays a digest alone.
 * @param decision from the tag list alone: its tags are the ones that are asked for
 */
export async function nameDigests(
  values: Past,
  decision: Decision,
  asked: {
    readonly binding: Binding;
    readonly history: BranchHistory | undefined;
    readonly lookup: ImageLookup;
  },
): Promise<readonly Current[]> {
  if (!values.some(isDigestAlone)) return values;
  const { binding, history, lookup } = asked;
  const { rule } = binding.policy;
  // The digests are those that the one tag has had.
  if (rule.kind === 'digest')
    return values.map((value) => (isDigestAlone(value) ? { ...value, tag: rule.tag } : value));
  const recorded = history === undefined ? values : withNames(values, await history.names(binding));
  const open = new Set(recorded.flatMap((value) => (isDigestAlone(value) ? (value.digest ?? []) : [])));
  if (open.size === 0) return recorded;
  const names = new Map<string, string>();
  const tags = [decision.elected ?? '', ...decision.dropped.slice(0, mostAsked).map(({ tag }) => tag)];
  await mapLimited(
    tags.slice(0, mostAsked).flatMap((tag) => parseTag(tag) ?? []),
    atOnce,
    async (tag) => {
      if (lookup.facts().digests[tag] === undefined) await lookup.answer({ kind: 'digest', tag });
    },
  );
  const { digests } = lookup.facts();
  // Best first: of several tags of one image the best is the one that it is taken for.
  for (const tag of tags) {
    const digest = digests[tag] ?? '';
    if (open.has(digest) && !names.has(digest)) names.set(digest, tag);
  }
  return recorded.map((value) => nameDigest(value, names));
}
