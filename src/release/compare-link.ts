import { isRevision, sourceAddress } from './labels.ts';

/**
 * Where a person sees what changed between two revisions, or `undefined` where a part of it is missing, is no address or no
 * revision. GitHub and Gitea share one form, GitLab has its own.
 */
export function compareLink(
  source: string | undefined,
  from: string | undefined,
  to: string,
): string | undefined {
  const address = source === undefined ? undefined : sourceAddress(source);
  if (address === undefined || from === undefined || !isRevision(from) || !isRevision(to)) return undefined;
  if (from === to) return undefined;
  const gitlab = /^https:\/\/[^/]*gitlab/.test(address);
  return `${address}${gitlab ? '/-' : ''}/compare/${from}...${to}`;
}
