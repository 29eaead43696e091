import { isRevision, sourceAddress } from './labels.ts';

/**
 * Where a person sees what changed between two revisions, or `undefined` where a part of it is missing, is no address or no
 * revision. GitHub, Gitea and Forgejo share one form; GitLab (by its host's name), Bitbucket's cloud and Azure DevOps have their own. An address of a folder on
 * GitHub or GitLab is taken for that of its repository.
 */
export function compareLink(
  source: string | undefined,
  from: string | undefined,
  to: string,
): string | undefined {
  const address = source === undefined ? undefined : sourceAddress(source);
  if (address === undefined || from === undefined || !isRevision(from) || !isRevision(to)) return undefined;
  if (from === to) return undefined;
  const whole = address.replace(folder, '$1');
  const { hostname } = new URL(whole);
  if (hostname === 'bitbucket.org') return `${whole}/branches/compare/${to}%0D${from}`;
  if (hostname === 'dev.azure.com' || hostname.endsWith('.visualstudio.com'))
    return `${whole}/branchCompare?baseVersion=GC${from}&targetVersion=GC${to}`;
  return `${whole}${hostname.includes('gitlab') ? '/-' : ''}/compare/${from}...${to}`;
}

const folder = /^(https:\/\/github\.com(?:\/[^/]+){2}|https:\/\/.+?(?=\/-\/))\/(?:-\/)?(?:tree|blob)\/.*$/;
