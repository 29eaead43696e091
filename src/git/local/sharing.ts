import { chmodSync, statSync } from 'node:fs';

import { diskFailure } from '../engine/durable.ts';

/** What `core.sharedRepository` asks of the files and folders that git makes (git-config(1)). */
export interface Sharing {
  readonly bits: number;
  /** Whether these are all bits, also where the user's mask would leave more. */
  readonly exact: boolean;
}

/** @param value as the configuration has it; one that git does not know asks for nothing here */
export function readSharing(value: string | undefined): Sharing | undefined {
  const text = value?.toLowerCase() ?? '';
  if (/^0[0-7]{3}$/.test(text)) return { bits: Number.parseInt(text, 8) & 0o666, exact: true };
  const bits = named.get(text);
  return bits === undefined ? undefined : { bits, exact: false };
}

const group = 0o660;
const everybody = 0o664;
const named: ReadonlyMap<string, number> = new Map([
  ...['group', 'true', 'yes', 'on', '1'].map((name) => [name, group] as const),
  ...['all', 'world', 'everybody', '2'].map((name) => [name, everybody] as const),
]);

/**
 * Gives a file or folder that was just made the mode that git would give it, whatever the mask of this user: others push to the same repository, and could
 * neither read it nor write beside it.
 * @throws Failure `disk`
 */
export function share(path: string, sharing: Sharing | undefined): void {
  if (sharing === undefined) return;
  try {
    const stats = statSync(path);
    const mode = stats.mode & 0o7777;
    const wanted = sharedMode(mode, sharing, stats.isDirectory());
    if (wanted !== mode) chmodSync(path, wanted);
  } catch (error) {
    throw diskFailure(error, 'share', path);
  }
}

/** What nobody may write stays so; who may read a folder may also enter it, and what is made in one belongs to its group. */
function sharedMode(mode: number, { bits, exact }: Sharing, isFolder: boolean): number {
  const tweak = (mode & 0o200) === 0 ? bits & ~0o222 : bits;
  const shared = exact ? (mode & ~0o777) | tweak : mode | tweak;
  return isFolder ? shared | ((shared & 0o444) >> 2) | 0o2000 : shared;
}
