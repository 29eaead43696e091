import { append } from '../core/append.ts';
import type { Problem } from '../core/problem.ts';
import type { FieldFact } from '../fields/model.ts';
import type { Policy } from '../policy/model.ts';
import type { AnnotationBinder } from './annotations/by-annotation.ts';
import { ambiguity, type NameBinder } from './by-name.ts';
import type { TargetBinder } from './targets/by-target.ts';
import { wholeField, type Candidate } from './candidate.ts';
import type { Deployed } from './kustomize/deployed.ts';
import { twoMeanings, type FluxPolicies } from './flux/policies.ts';
import { otherWriter, type FluxWriters } from './flux/writers.ts';
import type { KnownPolicies } from './known-policies.ts';
import { markedFields, type Marked, type MarkedField } from './marked.ts';
import type { FactedFile } from './model.ts';
import type { TargetedField } from './targets/targeted.ts';
import type { Tightener } from './annotations/tighten.ts';

/** What is known of a tree before its files are bound. */
export interface Rules {
  readonly byName: KnownPolicies;
  readonly annotated: AnnotationBinder;
  readonly targets: TargetBinder;
  readonly names: NameBinder;
  readonly deployed: Deployed;
  readonly flux: FluxWriters;
  readonly fluxPolicies: FluxPolicies;
  readonly tightener: Tightener;
}

/** Finds the policy of each field of one file. */
export class FileJoin {
  readonly problems: Problem[] = [];
  /** Policies that lost a field to another of equal rank, or to Flux. */
  readonly contested: Policy[] = [];
  readonly #file: FactedFile;
  readonly #marked: Marked;
  readonly #byName: KnownPolicies;
  readonly #annotated: AnnotationBinder;
  readonly #targets: TargetBinder;
  readonly #names: NameBinder;
  readonly #deployed: Deployed;
  readonly #flux: FluxWriters;
  readonly #fluxPolicies: FluxPolicies;
  readonly fluxMarked: Marked;

  constructor(file: FactedFile, marked: Marked, rules: Rules) {
    this.#file = file;
    this.#marked = marked;
    this.#byName = rules.byName;
    this.#annotated = rules.annotated;
    this.#targets = rules.targets;
    this.#names = rules.names;
    this.#deployed = rules.deployed;
    this.#flux = rules.flux;
    this.#fluxPolicies = rules.fluxPolicies;
    this.fluxMarked = markedFields(file, 'flux2');
  }

  candidates(): Candidate<Policy>[] {
    const marked = this.#marked.fields.flatMap((one) => this.#byMarker(one) ?? []);
    const foreign = this.fluxMarked.fields.filter(({ field }) => !this.#marked.all.has(field));
    const byFlux = foreign.flatMap((one) => this.#byFluxMarker(one) ?? []);
    const taken = new Set([...this.#marked.all, ...this.fluxMarked.all]);
    const free = this.#file.facts.fields.filter((field) => !taken.has(field));
    const others = this.#targets.others(this.#file).flatMap((one) => this.#byTarget(one) ?? []);
    return [...marked, ...byFlux, ...free.flatMap((field) => this.#unmarked(field) ?? []), ...others];
  }

  /** Whether a marker or a target names the field. */
  isNamed(field: FieldFact): boolean {
    return this.#marked.all.has(field) || this.#targets.of(this.#file, field) !== undefined;
  }

  /** Whether something wants to move the field, or was kept from it with a problem. */
  speaksFor(field: FieldFact): boolean {
    if (this.isNamed(field) || this.fluxMarked.all.has(field)) return true;
    const covered = this.#annotated.covers(this.#file, field) !== undefined;
    return covered || this.#names.claimants(this.#file.path, field).length > 0;
  }

  #byMarker({ field, policy: name, marker, writes, scope }: MarkedField): Candidate<Policy> | undefined {
    if (this.#annotated.isBroken(this.#file, field)) return undefined;
    const policy = this.#byName.get(name);
    if (policy === undefined) {
      this.problems.push(this.#byName.unknown(name, { ...marker, file: this.#file.path }));
      return undefined;
    }
    return { file: this.#file, field, policy, via: 'marker', writes, scope };
  }

  /** What Flux writes stays Flux's; a policy of ours that wants it as well is told so. */
  #byFluxMarker(one: MarkedField): Candidate<Policy> | undefined {
    const { field, policy: name, marker, writes, scope } = one;
    const place = { ...marker, file: this.#file.path };
    const writer = this.#flux.of(this.#file.path, name);
    const [ours, theirs] = [this.#byName.getFlux(name), this.#fluxPolicies.get(name)];
    const policy = ours ?? theirs;
    if (writer !== undefined) {
      const rival = policy ?? this.#unmarked(field)?.policy;
      if (rival === undefined) return undefined;
      this.contested.push(rival);
      this.problems.push(otherWriter(rival, writer, place));
      return undefined;
    }
    if (ours !== undefined && theirs !== undefined) {
      this.contested.push(ours, theirs);
      this.problems.push(twoMeanings(ours, theirs, place));
      return undefined;
    }
    if (this.#annotated.isBroken(this.#file, field)) return undefined;
    if (policy !== undefined) return { file: this.#file, field, policy, via: 'marker', writes, scope };
    const unmarked = this.#unmarked(field);
    if (unmarked === undefined)
      this.problems.push(this.#byName.unknownFlux(name, place, this.#fluxPolicies.hint(name)));
    return unmarked;
  }

  #unmarked(field: FieldFact): Candidate<Policy> | undefined {
    const file = this.#file;
    if (this.#annotated.isBroken(file, field)) return undefined;
    const whole = { file, field, writes: wholeField(field), scope: 'image' } as const;
    const annotation = this.#annotated.covers(file, field);
    if (annotation !== undefined) {
      if (!('policy' in annotation)) return undefined;
      return this.#unlessShared({ ...whole, policy: annotation.policy, via: 'annotation' });
    }
    const targeted = this.#targets.of(file, field);
    if (targeted !== undefined) return this.#byTarget(targeted);
    // What only a marker made a field is nothing by its name.
    if (field.kind === 'marked' || this.#names.isVendored(file.path)) return undefined;
    const claimants = this.#names.claimants(file.path, field);
    const [policy] = claimants;
    if (policy === undefined) return undefined;
    if (claimants.length === 1) return this.#unlessShared({ ...whole, policy, via: 'name' });
    append(this.contested, claimants);
    append(this.problems, ambiguity(file, field, claimants));
    return undefined;
  }

  #byTarget(targeted: TargetedField): Candidate<Policy> | undefined {
    if (this.#annotated.isBroken(this.#file, targeted.field)) return undefined;
    if ('candidate' in targeted) return targeted.candidate;
    append(this.contested, targeted.policies);
    append(this.problems, targeted.problems);
    return undefined;
  }

  /** Only a marker or targets move what several environments share, or what an overlay overrides. */
  #unlessShared(candidate: Candidate<Policy>): Candidate<Policy> | undefined {
    const { policy, field } = candidate;
    const reaches = (path: string): boolean => this.#names.binds(policy, path);
    const problem = this.#deployed.objection(this.#file.path, field, policy, reaches);
    if (problem === undefined) return candidate;
    this.contested.push(policy);
    this.problems.push(problem);
    return undefined;
  }
}
