import type { Outline } from '../yaml/outline.ts';
import { child, nodeAt } from '../yaml/walk.ts';

/**
 * Which values of a file SOPS watches over. Its checksum (`sops.mac`) covers all of them, encrypted or not, unless the file says `mac_only_encrypted`:
 * after a change of any other value, `sops` refuses to decrypt the file (product.md, 4).
 */
export function sealOf(outline: Outline): 'all' | 'encrypted' {
  const isSealed = outline.documents.some(({ root }) => {
    const sops = root === -1 ? undefined : child(outline, root, 'sops');
    // A chart may have values of that name.
    if (sops === undefined || child(outline, sops, 'mac') === undefined) return false;
    const only = child(outline, sops, 'mac_only_encrypted');
    if (only === undefined) return true;
    const { start, end } = nodeAt(outline, only);
    return outline.text.slice(start, end) !== 'true';
  });
  return isSealed ? 'all' : 'encrypted';
}
