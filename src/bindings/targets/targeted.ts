import { append } from '../../core/append.ts';
import { formatPlace } from '../../core/position.ts';
import type { Problem } from '../../core/problem.ts';
import type { FieldFact, PartFact } from '../../fields/model.ts';
import type { Policy, Target } from '../../policy/model.ts';
import { withItsUnit, type Candidate } from '../candidate.ts';
import type { FactedFile } from '../model.ts';
import { fieldOf, unfit, type NamedValue } from './targeted-field.ts';
import { unboundTarget, type TargetLookup, type TargetRequest } from './targets.ts';

/** A field that targets name: what they want of it, or why it does not move. */
export type TargetedField =
  | { readonly field: FieldFact; readonly candidate: Candidate<Policy> }
  | {
      readonly field: FieldFact;
      readonly problems: readonly Problem[];
      readonly policies: readonly Policy[];
    };

/** What the targets of all policies say of one file. */
export interface TargetedFile {
  /** Those of the file's own fields that they name. */
  readonly known: ReadonlyMap<FieldFact, TargetedField>;
  /** Values that nothing recognised. */
  readonly others: readonly TargetedField[];
  /** Targets that lead to no value in it. */
  readonly problems: readonly { readonly policy: Policy; readonly problem: Problem }[];
}

/** A value that a target of a policy names. */
interface Claim extends NamedValue {
  readonly policy: Policy;
  readonly target: Target;
}

/** Ties the values that targets name in a file to fields: its own, or new ones of the values of one policy in one map. */
export function targetedFile(
  file: FactedFile,
  requests: readonly TargetRequest[],
  lookup: TargetLookup,
): TargetedFile {
  const told = new ToldProblems(file);
  const claims = requests.flatMap((request) => claimsOf(request, lookup, told));
  const byStart = new Map(
    file.facts.fields.flatMap((field) => field.parts.map((part) => [part.start, { field, part }] as const)),
  );
  const own = claims.flatMap((claim) => {
    const held = byStart.get(claim.part.start);
    if (held === undefined) return [];
    // What only a marker or targets move is refused to all others, and not here.
    const part = { ...held.part, refused: claim.part.refused };
    return [{ ...claim, field: held.field, part, named: claim.part.part }];
  });
  const known = new Map<FieldFact, TargetedField>();
  for (const [field, group] of Map.groupBy(own, (claim) => claim.field))
    known.set(field, ownField(file, field, group));
  const free = claims.filter(({ part }) => !byStart.has(part.start));
  return { known, others: otherFields(file, free), problems: told.problems };
}

function claimsOf(
  { file, policy, target }: TargetRequest,
  lookup: TargetLookup,
  told: ToldProblems,
): Claim[] {
  const found = lookup(file.id, target.path);
  if (found === undefined) return [];
  const { problem, collections, values } = found;
  if (problem !== undefined && !told.has(policy, problem.code))
    told.add({ policy, problem: { ...problem, file: file.path, policy: policy.name } });
  const [first] = collections;
  if (first !== undefined) {
    const more = collections.length > 1 ? `, and to ${collections.length - 1} more` : '';
    const place = formatPlace({ ...first, file: file.path });
    const message = `The path ${target.path} leads to a ${first.kind} at ${place}${more}. Go on to the one value in it that holds the ${target.field}.`;
    told.add(unboundTarget(policy, target, message));
  }
  return values.map((value) => ({ ...value, policy, target, part: { ...value.part, part: target.field } }));
}

/** What keeps a file from being read may be told already, by the file itself or for another target of the policy. */
class ToldProblems {
  readonly problems: { readonly policy: Policy; readonly problem: Problem }[] = [];
  readonly #ofFile: ReadonlySet<Problem['code']>;
  readonly #ofPolicy = new Map<Policy, Set<Problem['code']>>();

  constructor({ facts }: FactedFile) {
    this.#ofFile = new Set(facts.problems.map(({ code }) => code));
  }

  has(policy: Policy, code: Problem['code']): boolean {
    return this.#ofFile.has(code) || this.#ofPolicy.get(policy)?.has(code) === true;
  }

  add(one: { readonly policy: Policy; readonly problem: Problem }): void {
    this.problems.push(one);
    const codes = this.#ofPolicy.get(one.policy) ?? new Set();
    this.#ofPolicy.set(one.policy, codes.add(one.problem.code));
  }
}

type OwnClaim = Claim & { readonly named: PartFact['part'] };

/** A field that was recognised: its parts say what they are, and its tag and digest move together. */
function ownField(file: FactedFile, field: FieldFact, claims: readonly OwnClaim[]): TargetedField {
  const rivals = rivalry(file, field, claims);
  if (rivals !== undefined) return rivals;
  const [claim] = claims;
  const wrong = claims.find(({ named, part }) => !agrees(named, part));
  if (claim === undefined || wrong !== undefined) {
    const { named = '', part = field.parts[0] } = wrong ?? {};
    const meant = part?.part ?? 'image';
    const what = `says field: ${named}, but the ${meant === 'image' ? 'whole reference' : meant} stands here; say field: ${meant}`;
    return stopped(file, field, wrong ?? claims[0], what);
  }
  const named = claims.map(({ part, named }) => ({ ...part, part: named }));
  return bound(file, field, named, claim);
}

function agrees(named: PartFact['part'], { part, value }: PartFact): boolean {
  const isName =
    named === 'name' && part === 'image' && !/[:@]/.test(value.slice(value.lastIndexOf('/') + 1));
  return named === part || isName;
}

/** Values that nothing recognised. Those of one policy in one map are one field: name, tag and digest may stand side by side. */
function otherFields(file: FactedFile, claims: readonly Claim[]): TargetedField[] {
  const fields: TargetedField[] = [];
  const single: Claim[] = [];
  for (const group of Map.groupBy(claims, ({ part }) => part.start).values()) {
    const [claim] = group;
    const field = claim === undefined ? undefined : fieldOf([claim], file.facts.claims);
    if (claim === undefined || field === undefined) continue;
    const rivals = rivalry(file, field, group);
    const other = group.find(({ part }) => part.part !== claim.part.part);
    const wrong = unfit(claim.part);
    if (rivals !== undefined) fields.push(rivals);
    else if (other !== undefined)
      fields.push(
        stopped(
          file,
          field,
          claim,
          `is the ${claim.part.part} by one target and the ${other.part.part} by another`,
        ),
      );
    else if (wrong !== undefined)
      fields.push(
        stopped(
          file,
          field,
          claim,
          `says field: ${claim.part.part}, but this value is "${claim.part.value}", ${wrong}`,
        ),
      );
    else single.push(claim);
  }
  for (const group of Map.groupBy(single, together).values()) append(fields, joined(file, group));
  return fields.sort((a, b) => a.field.line - b.field.line || a.field.column - b.field.column);
}

function together({ policy, map, part }: Claim): string {
  return map === undefined || part.part === 'image' ? `at ${part.start}` : `${policy.name} ${map}`;
}

/** A second tag of the same policy in one map is a field of its own. */
function joined(file: FactedFile, claims: readonly Claim[]): TargetedField[] {
  const first = new Map<string, Claim>();
  const rest: Claim[] = [];
  for (const claim of claims)
    if (first.has(claim.part.part)) rest.push(claim);
    else first.set(claim.part.part, claim);
  return [[...first.values()], ...rest.map((claim) => [claim])].flatMap((group) => {
    const field = fieldOf(group, file.facts.claims);
    const [claim] = group;
    return field === undefined || claim === undefined ? [] : [bound(file, field, field.parts, claim)];
  });
}

function bound(
  file: FactedFile,
  field: FieldFact,
  writes: readonly PartFact[],
  { policy }: Claim,
): TargetedField {
  const [only, ...others] = writes;
  const scope = only === undefined || others.length > 0 ? 'image' : only.part;
  const unit = withItsUnit(field, writes);
  return { field, candidate: { file, field, policy, via: 'targets', writes: unit, scope } };
}

/** Several policies at one field: a problem on each. */
function rivalry(file: FactedFile, field: FieldFact, claims: readonly Claim[]): TargetedField | undefined {
  const policies = [...new Set(claims.map(({ policy }) => policy))];
  if (policies.length < 2) return undefined;
  const problems = policies.map((policy): Problem => {
    const others = claims.filter((claim) => claim.policy !== policy).slice(0, 3);
    const shown = others
      .map((claim) => `${claim.policy.name} (${formatPlace(claim.target.place)})`)
      .join(', ');
    const message = `The targets of ${policy.name} and of ${shown} name this field. It does not move until only one policy does.`;
    return { code: 'ambiguous-binding', file: file.path, ...placeOf(field), message, policy: policy.name };
  });
  return { field, problems, policies };
}

function stopped(file: FactedFile, field: FieldFact, claim: Claim | undefined, what: string): TargetedField {
  if (claim === undefined) return { field, problems: [], policies: [] };
  const { policy, target, part } = claim;
  const { line, column } = part;
  const message = `The target ${target.path} (${formatPlace(target.place)}) of the policy ${policy.name} ${what}. The field does not move.`;
  const problem: Problem = {
    code: 'unbound-target',
    file: file.path,
    line,
    column,
    message,
    policy: policy.name,
  };
  return { field, problems: [problem], policies: [policy] };
}

function placeOf({ line, column }: FieldFact): { line: number; column: number } {
  return { line, column };
}
