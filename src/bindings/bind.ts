import type { Problem } from '../core/problem.ts';
import { readFlux2 } from '../dialects/flux2/read.ts';
import type { FieldFact } from '../fields/model.ts';
import type { Policy } from '../policy/model.ts';
import { KnownPolicies } from './known-policies.ts';
import { FluxPolicies, twoMeanings } from './flux-policies.ts';
import { FluxWriters, otherWriter } from './flux-writers.ts';
import { AnnotationBinder } from './by-annotation.ts';
import { TargetBinder } from './by-target.ts';
import { ambiguity, NameBinder } from './by-name.ts';
import { wholeField, type Candidate } from './candidate.ts';
import { Deployed } from './deployed.ts';
import { markedFields, type Marked, type MarkedField } from './marked.ts';
import type { Binding, Bindings, BindOptions, FactedFile, MarkerBinding } from './model.ts';
import { idleAnnotations } from './idle-annotations.ts';
import { settle } from './settle.ts';
import type { TargetedField } from './targeted.ts';
import type { TargetLookup, TargetRequests } from './targets.ts';
import { Tightener } from './tighten.ts';
import { unboundFields, unboundPolicies } from './unbound.ts';

/** What the targets of the policies ask for, and what was found. */
export interface TargetAnswers {
  readonly asked: TargetRequests;
  readonly lookup: TargetLookup;
}

/**
 * Ties the image fields of a tree to policies (product.md, 2.1 to 2.3): a marker before an annotation before targets before the image name. A Flux 2 marker
 * names one of our policies, or with `dialects: [flux2]` one of Flux; where an automation of Flux writes the field, it is that one's
 * (product.md, 2.4).
 * @param policies from `collectPolicies`
 * @param answers to `requestTargets`; default: no target is looked at
 */
export function bind(
  files: readonly FactedFile[],
  policies: readonly Policy[],
  options: BindOptions,
  answers: TargetAnswers = noAnswers,
): Bindings {
  const byName = new KnownPolicies(policies);
  const marked = new Map(files.map((file) => [file, markedFields(file, 'tallyman')]));
  const annotated = new AnnotationBinder(marked, byName);
  const names = new NameBinder(files, policies, options);
  const targets = new TargetBinder(answers.asked, answers.lookup);
  const deployed = new Deployed(files, options.environmentOf ?? (() => undefined));
  const flux2 = readFlux2(files);
  const fluxPolicies = new FluxPolicies(flux2, options.dialects?.includes('flux2') ?? false);
  const flux = new FluxWriters(flux2, fluxPolicies);
  const tightener = new Tightener();
  const rules = { byName, annotated, targets, names, deployed, flux, fluxPolicies };
  const bindings: Binding[] = [];
  const problems: Problem[] = [
    ...deployed.problems,
    ...targets.problems,
    ...fluxPolicies.problems,
    ...annotated.problems,
  ];
  const used = new Set<Policy>([...annotated.used, ...targets.contested]);
  for (const [file, markers] of marked) {
    const { fields, markers: marks, claims } = file.facts;
    if (fields.length + marks.length + claims.length === 0 && !targets.has(file)) continue;
    const join = new FileJoin(file, markers, rules);
    const candidates = join.candidates();
    for (const { policy } of candidates) used.add(policy);
    for (const policy of join.contested) used.add(policy);
    const settled = settle(file, candidates, (field) => annotated.holds(file, field));
    const workloads = annotated.workloads(file);
    const tightened = tightener.apply(settled.bindings, workloads);
    bindings.push(...deployed.reaching(file.path, tightened.bindings));
    problems.push(...markers.problems, ...join.fluxMarked.problems, ...join.problems, ...settled.problems);
    problems.push(...tightened.problems, ...idleAnnotations(file, workloads, (one) => join.speaksFor(one)));
    problems.push(...unboundFields(file, (one) => join.isNamed(one), names));
  }
  problems.push(...unboundPolicies(policies, used, files), ...fluxPolicies.unbound(used));
  return { policies: [...policies, ...fluxPolicies.policies, ...annotated.policies], bindings, problems };
}

const noAnswers: TargetAnswers = { asked: { requests: [], unanswered: [] }, lookup: () => undefined };

interface Rules {
  readonly byName: KnownPolicies;
  readonly annotated: AnnotationBinder;
  readonly targets: TargetBinder;
  readonly names: NameBinder;
  readonly deployed: Deployed;
  readonly flux: FluxWriters;
  readonly fluxPolicies: FluxPolicies;
}

/** Finds the policy of each field of one file. */
class FileJoin {
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
    this.contested.push(...claimants);
    this.problems.push(...ambiguity(file, field, claimants));
    return undefined;
  }

  #byTarget(targeted: TargetedField): Candidate<Policy> | undefined {
    if (this.#annotated.isBroken(this.#file, targeted.field)) return undefined;
    if ('candidate' in targeted) return targeted.candidate;
    this.contested.push(...targeted.policies);
    this.problems.push(...targeted.problems);
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

/**
 * The fields that carry markers of the given names, of either dialect, whether or not a policy of that name is known
 * (`edit --images`). `digest: 'given'`: what is written has a digest exactly where the new reference has one.
 */
export function bindMarkers(
  files: readonly FactedFile[],
  policyNames: Iterable<string>,
): { readonly bindings: readonly MarkerBinding[]; readonly problems: readonly Problem[] } {
  const wanted = new Set(policyNames);
  if (wanted.size === 0) return { bindings: [], problems: [] };
  const policies = new Map([...wanted].map((name) => [name, { name, digest: 'given' as const }]));
  const bindings: MarkerBinding[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const marked = (['tallyman', 'flux2'] as const).map((dialect) => markedFields(file, dialect));
    problems.push(...marked.flatMap((one) => one.problems.filter(({ policy }) => wanted.has(policy ?? ''))));
    const candidates = marked
      .flatMap(({ fields }) => fields)
      .filter(({ policy }) => wanted.has(policy))
      .map(({ field, policy, writes, scope }) => ({
        file,
        field,
        writes,
        scope,
        via: 'marker' as const,
        policy: policies.get(policy) ?? { name: policy, digest: 'given' as const },
      }));
    const settled = settle(file, candidates, () => []);
    bindings.push(...settled.bindings);
    problems.push(...settled.problems);
  }
  return { bindings, problems };
}
