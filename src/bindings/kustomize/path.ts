/** What a path in a kustomization means. */
export type Resolved = { readonly path: string } | 'remote' | 'outside';

/**
 * Resolves a path as it is written in a file of `folder`, from the root of the repository. Nothing is looked up: `remote` is what reads as an
 * address, `outside` what leaves the tree.
 */
export function resolveReference(folder: string, written: string): Resolved {
  if (isRemote(written)) return 'remote';
  if (written.startsWith('/')) return 'outside';
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return 'outside';
  }
  return { path: parts.join('/') };
}

/**
 * Addresses as kustomize takes them: with a scheme, `git::`, `user@host:path`, a query, `host/org/repo//path`. A first part with a dot in it may
 * be a host or a folder; whether such a folder is there is for the caller to see.
 */
function isRemote(written: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|^git::|^[^/\s@]+@[^/\s]+:|^[\w-]+(?:\.[\w-]+)+\/[^?]*(?:\/\/|\.git\b)|\?(?:\w+=)/i.test(
    written,
  );
}

/** The folder of a file, or the one above a folder; `''` is the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
