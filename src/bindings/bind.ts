import { append } from '../core/append.ts';
import type { Problem } from '../core/problem.ts';
import { readFlux2 } from '../dialects/flux2/read.ts';
import type { Policy } from '../policy/model.ts';
import { KnownPolicies } from './known-policies.ts';
import { BoundFiles, type BoundFile } from './bound-files.ts';
import { FileJoin, type Rules } from './file-join.ts';
import { FluxPolicies } from './flux/policies.ts';
import { FluxWriters } from './flux/writers.ts';
import { AnnotationBinder } from './annotations/by-annotation.ts';
import { TargetBinder } from './targets/by-target.ts';
import { NameBinder } from './by-name.ts';
import { Deployed } from './kustomize/deployed.ts';
import { markedFields } from './marked.ts';
import type { Binding, Bindings, BindOptions, FactedFile, MarkerBinding } from './model.ts';
import { idleAnnotations } from './annotations/idle.ts';
import { settle } from './settle.ts';
import type { TargetLookup, TargetRequests } from './targets/targets.ts';
import { Tightener } from './annotations/tighten.ts';
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
 * @param known what the last tree of the same repository was bound to, with the same `options` value; default: nothing
 */
export function bind(
  files: readonly FactedFile[],
  policies: readonly Policy[],
  options: BindOptions,
  answers: TargetAnswers = noAnswers,
  known: BoundFiles = new BoundFiles(),
): Bindings {
  const rules = rulesOf(files, policies, options, answers);
  const { annotated, targets, deployed, fluxPolicies } = rules;
  const bindings: Binding[] = [];
  const problems: Problem[] = [
    ...deployed.problems,
    ...targets.problems,
    ...fluxPolicies.problems,
    ...annotated.problems,
  ];
  const used = new Set<Policy>([...annotated.used, ...targets.contested]);
  known.begin(contextOf(files, policies, options, rules));
  for (const file of files) {
    const { fields, markers, claims } = file.facts;
    if (fields.length + markers.length + claims.length === 0 && !targets.has(file)) continue;
    // Annotations make policies of their own, anew for each tree.
    const found = claims.length > 0 ? bindFile(file, rules) : known.get(file, () => bindFile(file, rules));
    append(bindings, found.bindings);
    append(problems, found.problems);
    for (const policy of found.used) used.add(policy);
  }
  append(problems, unboundPolicies(policies, used, files));
  append(problems, fluxPolicies.unbound(used));
  return { policies: [...policies, ...fluxPolicies.policies, ...annotated.policies], bindings, problems };
}

function rulesOf(
  files: readonly FactedFile[],
  policies: readonly Policy[],
  options: BindOptions,
  answers: TargetAnswers,
): Rules {
  const byName = new KnownPolicies(policies);
  const flux2 = readFlux2(files);
  const fluxPolicies = new FluxPolicies(flux2, options.dialects?.includes('flux2') ?? false);
  return {
    byName,
    annotated: new AnnotationBinder(files, byName),
    names: new NameBinder(files, policies, options),
    targets: new TargetBinder(answers.asked, answers.lookup),
    deployed: new Deployed(files, options.environmentOf ?? (() => undefined)),
    flux: new FluxWriters(flux2, fluxPolicies),
    fluxPolicies,
    tightener: new Tightener(),
  };
}

/** All that the bindings of a file without annotations depend on, beside the file itself; `undefined` where that is not told by a few values. */
function contextOf(
  files: readonly FactedFile[],
  policies: readonly Policy[],
  options: BindOptions,
  { fluxPolicies }: Rules,
): readonly unknown[] | undefined {
  // Policies of Flux are made anew for each tree.
  if (fluxPolicies.policies.length > 0) return undefined;
  const context: unknown[] = [options, ...policies];
  for (const { path, facts } of files)
    if (facts.kustomizations.length > 0 || facts.flux.length > 0 || path.endsWith('Chart.yaml'))
      context.push(path, facts);
  return context;
}

function bindFile(file: FactedFile, rules: Rules): BoundFile {
  const { annotated, names, deployed, tightener } = rules;
  const marked = markedFields(file, 'tallyman');
  const join = new FileJoin(file, marked, rules);
  const candidates = join.candidates();
  const settled = settle(file, candidates, (field) => annotated.holds(file, field));
  const workloads = annotated.workloads(file);
  const tightened = tightener.apply(settled.bindings, workloads);
  return {
    bindings: deployed.reaching(file.path, tightened.bindings),
    problems: [
      ...marked.problems,
      ...join.fluxMarked.problems,
      ...join.problems,
      ...settled.problems,
      ...tightened.problems,
      ...idleAnnotations(file, workloads, (one) => join.speaksFor(one)),
      ...unboundFields(file, (one) => join.isNamed(one), names),
    ],
    used: [...candidates.map(({ policy }) => policy), ...join.contested],
  };
}

const noAnswers: TargetAnswers = { asked: { requests: [], unanswered: [] }, lookup: () => undefined };

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
    append(
      problems,
      marked.flatMap((one) => one.problems.filter(({ policy }) => wanted.has(policy ?? ''))),
    );
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
    append(bindings, settled.bindings);
    append(problems, settled.problems);
  }
  return { bindings, problems };
}
