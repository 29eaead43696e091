import type { Binding } from '../../bindings/model.ts';
import type { Problem } from '../../core/problem.ts';
import { parseDigest, type Digest } from '../../image/digest.ts';
import type { Tag } from '../../image/tag.ts';
import type { Decision } from '../../policy/election/decision.ts';
import { wouldMove, type Ruling } from '../rule.ts';

/** A binding that moves in this run. */
export interface Move {
  readonly binding: Binding;
  readonly decision: Decision;
  /** `null`: only the digest is known. */
  readonly tag: Tag | null;
  /** The digest is written without its tag, as it stood there before. Default: with it. */
  readonly isAlone?: boolean;
  /** The digest is written also where none stands now, as it stood there before. Default: only where one stands, or the policy pins. */
  readonly isGiven?: boolean;
  readonly digest: Digest | null;
}

/** The moves that are made in one commit: a group's, or one policy's (product.md, 5). */
export interface MoveGroup {
  readonly title: string;
  readonly moves: readonly Move[];
}

/** Why a binding that has something newer does not move, beside its own gates. */
export interface GroupStop {
  readonly group: string;
  readonly because: string;
}

export interface Grouping {
  readonly groups: readonly MoveGroup[];
  /** By group name. */
  readonly stops: ReadonlyMap<string, GroupStop>;
}

/**
 * Sorts what would move into commits. A named group moves together: a member that has something newer but is gated, or that could
 * not be decided, or whose election could not be completed, stops it; an up-to-date member does not matter. A policy without a group is its own, and its fields do not stop each other.
 */
export function groupMoves(rulings: readonly Ruling[]): Grouping {
  const stops = new Map<string, GroupStop>();
  for (const ruling of rulings) {
    const { group } = ruling.binding.policy;
    const because = group === undefined ? undefined : stopping(ruling);
    if (group !== undefined && because !== undefined && !stops.has(group))
      stops.set(group, { group, because });
  }
  const byTitle = new Map<string, { title: string; moves: Move[] }>();
  for (const ruling of rulings) {
    const { policy } = ruling.binding;
    const move = toMove(ruling);
    if (move === undefined || (policy.group !== undefined && stops.has(policy.group))) continue;
    // A group and a policy may share a name; they are not one commit for that.
    const key = policy.group === undefined ? `policy ${policy.name}` : `group ${policy.group}`;
    const entry = byTitle.get(key) ?? { title: policy.group ?? policy.name, moves: [] };
    entry.moves.push(move);
    byTitle.set(key, entry);
  }
  const groups = [...byTitle].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  return { groups, stops };
}

/** `tag-moved`: the registry gives another digest for the tag in git; reported, never edited (product.md, 3). */
export function movedTags(rulings: readonly Ruling[]): Problem[] {
  return rulings.flatMap((ruling) => {
    if ('failure' in ruling) return [];
    const { binding, decision } = ruling;
    const held = parseDigest(decision.current.digest ?? '');
    const same = decision.elected !== null && decision.elected === decision.current.tag;
    if (!same || held === undefined || decision.digest === null || held === decision.digest) return [];
    if (wouldMove(decision, binding)) return [];
    const message =
      `${binding.policy.image.spelled}:${decision.elected} is ${decision.digest} in the registry, but ${held} stands here. ` +
      'The tag was moved after it was released; nothing is changed. Push a new tag, or put the digest right by hand.';
    return [{ code: 'tag-moved' as const, ...binding.place, message, policy: binding.policy.name }];
  });
}

/** Elections that could not be completed: a person must act. One problem for each policy. */
export function failedElections(rulings: readonly Ruling[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const ruling of rulings) {
    if ('failure' in ruling || ruling.decision.failed === undefined) continue;
    const { policy } = ruling.binding;
    const { failed, failedCode: code = 'election-failed' } = ruling.decision;
    const message = `${policy.name} elects nothing: ${failed}`;
    problems.set(policy.name, { code, ...policy.place, message, policy: policy.name });
  }
  return [...problems.values()];
}

/** Fields that somebody else keeps moving off our value (product.md, 5). */
export function rivalries(rulings: readonly Ruling[]): Problem[] {
  return rulings.flatMap((ruling) => {
    const gates = 'decision' in ruling ? ruling.decision.gates : [];
    const { binding } = ruling;
    return gates
      .filter(({ gate }) => gate === 'another-writer')
      .map(({ detail }) => ({
        code: 'another-writer' as const,
        ...binding.place,
        message: `This field is held by ${detail}.`,
        policy: binding.policy.name,
      }));
  });
}

function stopping(ruling: Ruling): string | undefined {
  const { name } = ruling.binding.policy;
  if ('failure' in ruling) return `${name} could not be decided: ${ruling.failure.message}`;
  const undecided = whyUndecided(ruling.decision);
  if (undecided !== undefined) return `${name} could not be decided: ${undecided}`;
  const { gates } = ruling.decision;
  // What was taken back is newer: such a member is not up to date, though nothing would move it.
  const reverted = gates.find((one) => one.gate === 'reverted');
  const gate = wouldMove(ruling.decision, ruling.binding) ? gates[0] : reverted;
  if (gate === undefined) return undefined;
  return `${name} is stopped by ${gate.gate}: ${gate.detail}`;
}

/** Whether there may be something newer that could not be elected, by no rule of the policy. */
function whyUndecided({ failed, elected, current, reason, keptBack }: Decision): string | undefined {
  if (failed !== undefined || elected !== null) return failed;
  return keptBack?.rule === 'no-digest' && keptBack.tag !== current.tag ? reason : undefined;
}

function toMove(ruling: Ruling): Move | undefined {
  if ('failure' in ruling) return undefined;
  const { binding, decision } = ruling;
  if (decision.elected === null || decision.gates.length > 0 || !wouldMove(decision, binding))
    return undefined;
  return { binding, decision, tag: decision.elected, digest: decision.digest };
}
