import type { Problem } from '../core/problem.ts';
import { parseRepository } from '../image/reference.ts';
import type { FieldFact, PartFact } from '../fields/model.ts';
import type { Hold } from '../policy/model.ts';
import type { Candidate } from './candidate.ts';
import { lacksEntry } from './edits/insert-digest.ts';
import { Repeated } from './annotations/repeated.ts';
import type { Bound, FactedFile, WritePolicy, WrittenPart } from './model.ts';

/** The candidates of one file that can be edited, as bindings; the others as problems with their reason. */
export function settle<P extends WritePolicy>(
  file: FactedFile,
  candidates: readonly Candidate<P>[],
  holdsOf: (field: FieldFact) => readonly Hold[],
): { readonly bindings: readonly Bound<P>[]; readonly problems: readonly Problem[] } {
  const bindings: Bound<P>[] = [];
  const problems: Problem[] = [];
  const anchors = new Anchors(file, candidates);
  for (const candidate of candidates) {
    const stop = unclearName(file) ?? anchors.objection(candidate) ?? cannotEdit(candidate, anchors);
    if (stop !== undefined) {
      problems.push(refused(candidate, stop));
      continue;
    }
    const writes = anchors.unitOf(candidate);
    // All of it stands at anchors of fields that the same policy moves.
    const others = writes.filter(({ follows }) => follows !== true);
    const follows = others.length < writes.length && others.every(({ part }) => part === 'name');
    // A pinned digest of its own is still to be written beside the tag that follows.
    if (follows && !(candidate.policy.digest === 'pin' && lacksEntry(candidate.field))) continue;
    bindings.push(toBinding({ ...candidate, writes }, holdsOf(candidate.field)));
  }
  return { bindings, problems };
}

interface Stop {
  readonly part: PartFact | undefined;
  readonly reason: string;
}

/** Other bytes than those of UTF-8 cannot be told apart by then, nor written. */
function unclearName({ path }: FactedFile): Stop | undefined {
  if (!path.includes('\uFFFD')) return undefined;
  return {
    part: undefined,
    reason: 'the path of its file holds bytes that are no UTF-8 (or U+FFFD); rename it',
  };
}

function cannotEdit({ field, policy, writes }: Claim, anchors: Anchors): Stop | undefined {
  const changing = writes.filter(({ part }) => part !== 'name' || writes.length === 1);
  if (changing.length === 0) return { part: undefined, reason: missing(field) };
  for (const part of changing) {
    if (part.refused === undefined || anchors.followed(part, policy).follows) continue;
    return { part, reason: part.refused };
  }
  return undefined;
}

function missing(field: FieldFact): string {
  return field.kind === 'kustomize'
    ? 'it has neither newTag nor digest; write the newTag that is deployed now'
    : 'it has neither a tag nor a digest to replace';
}

type Claim = Candidate<WritePolicy>;

/** Which candidate writes the scalar that an alias repeats, and whether all who repeat it agree. */
class Anchors {
  readonly #writers = new Map<number, Claim>();
  readonly #claimed = new Map<FieldFact, Claim>();
  readonly #users = new Map<number, FieldFact[]>();
  readonly #repeated: Repeated;

  constructor(file: FactedFile, candidates: readonly Claim[]) {
    this.#repeated = new Repeated(file.facts.repeated);
    for (const candidate of candidates) {
      this.#claimed.set(candidate.field, candidate);
      for (const part of candidate.writes)
        if (part.anchor === undefined) this.#writers.set(part.start, candidate);
    }
    for (const field of file.facts.fields) {
      for (const { anchor, part } of field.parts) {
        if (anchor === undefined || part === 'name') continue;
        const users = this.#users.get(anchor);
        if (users === undefined) this.#users.set(anchor, [field]);
        else users.push(field);
      }
    }
  }

  /** A part that changes with its anchor, since the same policy writes there, is not written here. */
  followed(part: PartFact, policy: WritePolicy): WrittenPart {
    const writer = part.anchor === undefined ? undefined : this.#writers.get(part.anchor);
    return writer?.policy === policy ? { ...part, follows: true } : part;
  }

  /** What it writes, with an empty digest that is another map's and gets one there with this very release. */
  unitOf({ field, policy, writes }: Claim): WrittenPart[] {
    const starts = new Set(writes.map(({ start }) => start));
    const isUnit = writes.some(({ part }) => part === 'tag' || part === 'digest');
    const digests = isUnit
      ? field.parts.filter(({ part, start }) => part === 'digest' && !starts.has(start))
      : [];
    const given = digests
      .map((part) => this.followed(part, policy))
      .filter(({ follows }) => follows === true);
    return [...writes.map((part) => this.followed(part, policy)), ...given];
  }

  /** An edit at an anchor changes every alias of it: all image fields among them must follow the same policy or hold the same image. */
  objection({ field, policy, writes }: Claim): Stop | undefined {
    for (const part of writes) {
      if (part.part === 'name') continue;
      const users = this.#users.get(part.start) ?? [];
      // A hold there would hold nothing, since it is the writer's workload that is asked.
      const line = this.#repeated.lineOf(part, field);
      if (line !== undefined) {
        const reason = `its anchor is repeated at line ${line}, in a workload with annotations of its own; write the image out there`;
        return { part, reason };
      }
      for (const user of users) {
        const why = this.#disagreement(user, part, { field, policy });
        if (why !== undefined)
          return {
            part,
            reason: `its anchor is repeated at line ${user.line}, where ${user.name ?? 'an image'} ${why}`,
          };
      }
    }
    return undefined;
  }

  #disagreement(
    user: FieldFact,
    { part }: PartFact,
    { field, policy }: Pick<Claim, 'field' | 'policy'>,
  ): string | undefined {
    const claimed = this.#claimed.get(user);
    if (claimed !== undefined) {
      if (claimed.policy !== policy) return 'does not follow this policy';
      const stop = cannotEdit(claimed, this);
      return stop === undefined ? undefined : `cannot be edited: ${stop.reason}`;
    }
    const [mine, theirs] = [field, user].map(({ name }) => parseRepository(name ?? '')?.repository);
    if (mine === undefined || mine !== theirs) return 'does not follow this policy';
    // Tag and digest are one unit: what stands beside the alias and stays would belong to another image.
    const left = user.parts.find(
      (one) => one.part !== 'name' && one.part !== part && this.#writerOf(one)?.field !== field,
    );
    return left === undefined ? undefined : `has a ${left.part} of its own`;
  }

  #writerOf({ anchor }: PartFact): Claim | undefined {
    return anchor === undefined ? undefined : this.#writers.get(anchor);
  }
}

function toBinding<P extends WritePolicy>(candidate: Candidate<P>, holds: readonly Hold[]): Bound<P> {
  const { file, field, policy, via, writes, scope } = candidate;
  const { line, column, pointer } = field;
  const place = { file: file.path, line, column };
  const key = `${file.path}#${pointer}`;
  return { policy, via, place, key, file: file.path, fileId: file.id, field, writes, scope, holds };
}

function refused({ file, field, policy }: Claim, { part, reason }: Stop): Problem {
  const { line, column } = part ?? field;
  const what = `The image field ${part?.pointer ?? field.pointer} is not edited: ${reason}.`;
  return { code: 'refused-edit', file: file.path, line, column, message: what, policy: policy.name };
}
