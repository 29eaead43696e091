import { compileGlob } from '../core/glob.ts';
import type { Place } from '../core/position.ts';
import type { Hold } from '../policy/model.ts';

/** In characters, as JSON Schema counts the text of a hold. */
export const longestReason = 1000;

/** Entries of the file. */
export const mostHolds = 1000;

/** What a hold can be asked of. */
export interface Holdable {
  readonly policy: string;
  /** Names that mean the same policy. Default none. */
  readonly otherNames?: readonly string[] | undefined;
  /** Path of the field's file. */
  readonly file: string;
  readonly group: string | undefined;
  /** All that it is deployed in, as far as the configuration names them. */
  readonly environments: readonly string[];
}

/** Whom an entry of `.tallyman/holds.yaml` holds. Every list that is there must hold the field; at least one has something in it. */
export interface HoldScope {
  readonly policies: readonly string[];
  /** Globs of files; a glob that names a folder means all below it. */
  readonly paths: readonly string[];
  readonly groups: readonly string[];
  readonly environments: readonly string[];
}

/** One entry of `.tallyman/holds.yaml` (product.md, 6.3). */
export interface HoldEntry {
  /** Its number in the list, from 0. */
  readonly index: number;
  readonly place: Place;
  readonly scope: HoldScope;
  readonly hold: Hold;
}

/** Whether the entry holds a field. Its time is not looked at. */
export function covers({ policies, paths, groups, environments }: HoldScope, field: Holdable): boolean {
  return (
    [field.policy, ...(field.otherNames ?? [])].some((name) => names(policies, name)) &&
    names(groups, field.group) &&
    (environments.length === 0 || field.environments.some((name) => environments.includes(name))) &&
    (paths.length === 0 || paths.some((glob) => matches(glob, field.file)))
  );
}

function names(list: readonly string[], name: string | undefined): boolean {
  return list.length === 0 || (name !== undefined && list.includes(name));
}

/** Globs were compiled when the file was read; one that is none matches everything, so that it holds rather than not. */
function matches(glob: string, file: string): boolean {
  return [glob, `${glob.replace(/\/+$/, '')}/**`].some((pattern) => {
    const compiled = compileGlob(pattern, 'path');
    return 'error' in compiled || compiled.matches(file);
  });
}
