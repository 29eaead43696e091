import { overlaps, toClass, union, type CharSet } from './char-set.ts';
import { readPlain, type Branch, type Part, type PlainPattern } from './linear-syntax.ts';

/**
 * The pattern as a RegExp of JavaScript, where that engine needs linear time too and gives the same first match and the same groups:
 * wherever a repetition could end, an option be skipped or a branch be chosen, the next character alone decides. So the
 * engine never has two ways to go, and cannot be made to try them all.
 * @param source a pattern that RE2 has accepted
 * @returns `undefined` for all other patterns
 */
export function linearRegExp(source: string): RegExp | undefined {
  const plain = readPlain(source);
  if (plain === undefined || !plain.branches.every((branch) => decided(branch, nothing))) return undefined;
  if (!choosable(plain.branches) || !(plain.fromStart || startsApart(plain.branches))) return undefined;
  return new RegExp(written(plain), 'u');
}

const nothing: CharSet = [];

/** Whether the next character decides everywhere. @param follow what may come after the branch */
function decided(branch: Branch, follow: CharSet): boolean {
  return branch.every((part, index) => {
    const rest = branch.slice(index + 1);
    const after = rest.every(canBeEmpty) ? union(firstOf(rest), follow) : firstOf(rest);
    if (part.kind === 'set') return part.least === part.most || !overlaps(part.set, after);
    if (part.optional && (part.branches.some(isNullable) || overlaps(firstOfPart(part), after))) return false;
    return choosable(part.branches) && part.branches.every((inner) => decided(inner, after));
  });
}

/** Of several branches none may be empty, and no two may start with the same character. */
function choosable(branches: readonly Branch[]): boolean {
  if (branches.length === 1) return true;
  if (branches.some(isNullable)) return false;
  const firsts = branches.map(firstOf);
  return firsts.every((first, index) => firsts.slice(index + 1).every((other) => !overlaps(first, other)));
}

/** More characters that could start a second match are not passed over by the first. */
const mostRestarts = 16;

/**
 * A pattern without `^` is tried at each character. That stays linear where it must start with a character that it can
 * pass over a few times at most.
 */
function startsApart(branches: readonly Branch[]): boolean {
  if (branches.some(isNullable)) return false;
  const first = union(...branches.map(firstOf));
  return branches.every((branch) => passed(branch, first) <= mostRestarts);
}

function passed(branch: Branch, set: CharSet): number {
  let times = 0;
  for (const part of branch) {
    if (part.kind === 'group') times += Math.max(...part.branches.map((inner) => passed(inner, set)));
    else if (overlaps(part.set, set)) times += part.most;
  }
  return times;
}

function firstOf(branch: Branch): CharSet {
  const end = branch.findIndex((part) => !canBeEmpty(part));
  return union(...(end < 0 ? branch : branch.slice(0, end + 1)).map(firstOfPart));
}

function firstOfPart(part: Part): CharSet {
  return part.kind === 'set' ? part.set : union(...part.branches.map(firstOf));
}

function isNullable(branch: Branch): boolean {
  return branch.every(canBeEmpty);
}

function canBeEmpty(part: Part): boolean {
  return part.kind === 'set' ? part.least === 0 : part.optional || part.branches.some(isNullable);
}

function written({ fromStart, toEnd, branches }: PlainPattern): string {
  return `${fromStart ? '^' : ''}${writtenBranches(branches)}${toEnd ? '$' : ''}`;
}

function writtenBranches(branches: readonly Branch[]): string {
  return branches.map((branch) => branch.map(writtenPart).join('')).join('|');
}

function writtenPart(part: Part): string {
  if (part.kind === 'set') return `${toClass(part.set)}${writtenTimes(part.least, part.most)}`;
  return `(${part.captures ? '' : '?:'}${writtenBranches(part.branches)})${part.optional ? '?' : ''}`;
}

function writtenTimes(least: number, most: number): string {
  if (least === 1 && most === 1) return '';
  return `{${least}${most === least ? '' : `,${most === Infinity ? '' : most}`}}`;
}
