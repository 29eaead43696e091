import { overlaps, toClass, union, type CharSet } from './char-set.ts';
import { readPlain, type Branch, type Part, type PlainPattern } from './linear-syntax.ts';

/** A pattern that JavaScript's own engine may run. */
export interface PlainRegExp {
  readonly expression: RegExp;
  /** Characters of a text that it may be given: without end where the engine needs linear time, else as long as a tag can be. */
  readonly longest: number;
}

/**
 * The pattern as a RegExp of JavaScript, where that engine gives the same first match and the same groups in a time that is
 * known. Where the next character alone decides (whether a repetition ends, an option is taken, which branch it is) the engine never has two
 * ways to go, and time is linear. Where a few ways are open, such as how far `.*` goes, it tries them all in the worst case: their number
 * is bounded for texts as short as tags.
 * @param source a pattern that RE2 has accepted
 * @returns `undefined` for all other patterns
 */
export function plainRegExp(source: string): PlainRegExp | undefined {
  const plain = readPlain(source);
  if (plain === undefined) return undefined;
  const starts = plain.fromStart || startsApart(plain.branches) ? 1 : longestTag + 1;
  const ways = starts * waysOf(plain.branches, nothing);
  if (ways > mostWays) return undefined;
  return { expression: new RegExp(written(plain), 'u'), longest: ways === 1 ? Infinity : longestTag };
}

const nothing: CharSet = [];
/** Characters of a tag, by the distribution specification. */
const longestTag = 128;
/** One repetition without end that is undecided, and an option or two branches beside it. */
const mostWays = 2 * (longestTag + 1);

/** How many ways through a text of a tag's length may have to be tried. @param follow what may come after */
function waysOf(branches: readonly Branch[], follow: CharSet): number {
  const ways = branches.map((branch) => waysThrough(branch, follow));
  return choosable(branches) ? Math.max(...ways) : ways.reduce((sum, one) => sum + one);
}

function waysThrough(branch: Branch, follow: CharSet): number {
  return branch.reduce((ways, part, index) => {
    const rest = branch.slice(index + 1);
    const after = rest.every(canBeEmpty) ? union(firstOf(rest), follow) : firstOf(rest);
    return ways * waysIn(part, after);
  }, 1);
}

function waysIn(part: Part, after: CharSet): number {
  if (part.kind === 'set') {
    const decided = part.least === part.most || !overlaps(part.set, after);
    return decided ? 1 : Math.max(2, Math.min(part.most, longestTag) - part.least + 1);
  }
  const ways = waysOf(part.branches, after);
  if (!part.optional) return ways;
  // A group that took part and matched nothing: the engines do not agree on what it holds.
  if (part.branches.some(isNullable)) return Infinity;
  return overlaps(firstOfPart(part), after) ? ways + 1 : ways;
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
