import type { Issue } from './check.ts';
import type { RepositoryDocument } from './schema.ts';

/** Whether what a repository says of signatures can be satisfied at all. */
export function verificationIssues(
  { verifyHead, trustedSigners, signing }: RepositoryDocument,
  path: readonly PropertyKey[],
): Issue[] {
  if (verifyHead === undefined) {
    if (trustedSigners === undefined) return [];
    const message = 'trustedSigners has no meaning without verifyHead: tip or since-last-verified beside it';
    return [{ path: [...path, 'trustedSigners'], atKey: true, message }];
  }
  const at = [...path, 'verifyHead'];
  if (trustedSigners?.ssh === undefined && trustedSigners?.openpgp === undefined)
    return [
      {
        path: at,
        message: 'verifyHead needs trustedSigners with ssh, openpgp or both; nobody would be trusted',
      },
    ];
  if (signing === undefined)
    return [
      {
        path: at,
        message: 'verifyHead needs signing; our own commits would be the first that are not trusted',
      },
    ];
  if (verifyHead === 'tip' && trustedSigners.reviewed !== undefined) {
    const message = 'reviewed has no meaning with verifyHead: tip; remove it';
    return [{ path: [...path, 'trustedSigners', 'reviewed'], atKey: true, message }];
  }
  return [];
}
