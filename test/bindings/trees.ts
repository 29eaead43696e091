import { bind, bindMarkers, type TargetAnswers } from '../../src/bindings/bind.ts';
import { collectPolicies } from '../../src/bindings/collect.ts';
import { applyFileEdits, planEdits } from '../../src/bindings/edits/edit.ts';
import { planTogether } from '../../src/bindings/edits/plan-together.ts';
import type { BindOptions, FactedFile, FieldEdit } from '../../src/bindings/model.ts';
import { requestTargets, type TargetLookup } from '../../src/bindings/targets/targets.ts';
import { fileProblems } from '../../src/bindings/file-problems.ts';
import { compareProblems, type Problem } from '../../src/core/problem.ts';
import { readFacts } from '../../src/fields/facts.ts';
import { nameClass } from '../../src/fields/name-class.ts';
import { readTargets } from '../../src/fields/targets.ts';
import { parseReference } from '../../src/image/reference.ts';
import type { Policy } from '../../src/policy/model.ts';
import { encode } from '../../src/yaml/decode.ts';

/** A tree of files in memory: text by path. */
export type Files = Readonly<Record<string, string>>;

export function factedFiles(files: Files): FactedFile[] {
  return Object.entries(files).map(([path, text]) => ({
    path,
    id: path,
    facts: readFacts(encode(text), nameClass(path)),
  }));
}

export function bound(files: Files, policyRoots: readonly string[] = []) {
  const facted = factedFiles(files);
  const collected = collectPolicies(facted);
  const options = { policyRoots };
  const joined = bind(
    facted,
    collected.policies,
    options,
    answers(files, facted, collected.policies, options),
  );
  const problems: Problem[] = [...fileProblems(facted), ...collected.problems, ...joined.problems];
  return { ...joined, facted, problems: problems.sort(compareProblems) };
}

/** What the targets of the policies find, as a run looks it up. */
export function answers(
  files: Files,
  facted: readonly FactedFile[],
  policies: readonly Policy[],
  options: BindOptions,
): TargetAnswers {
  const asked = requestTargets(facted, policies, options);
  const steps = new Map(asked.requests.map(({ target }) => [target.path, target.steps]));
  const lookup: TargetLookup = (id, path) => readTargets(encode(files[id] ?? ''), [steps.get(path) ?? []])[0];
  return { asked, lookup };
}

/** Writes the given references as if they were elected, as `tallyman edit` does. */
export function edited(files: Files, set: Readonly<Record<string, string>>) {
  const { bindings, facted, problems: found } = bound(files);
  // A marker of a given name is applied, whether or not the policy is there.
  const problems = found.filter(
    ({ code, policy }) => code !== 'unknown-policy' || !Object.hasOwn(set, policy ?? ''),
  );
  const marked = bindMarkers(
    facted,
    Object.keys(set).filter((name) => name.includes(':')),
  );
  problems.push(...marked.problems);
  const edits: FieldEdit[] = [];
  // A marker goes before a name.
  const taken = new Set(marked.bindings.map(({ key }) => key));
  const others = bindings.filter(({ key }) => !taken.has(key));
  const parts = Map.groupBy([...others, ...marked.bindings], ({ policy, file }) => `${policy.name} ${file}`);
  for (const part of parts.values()) {
    const text = files[part[0]?.file ?? ''] ?? '';
    const fields = part.flatMap((binding) => {
      const reference = set[binding.policy.name];
      if (reference === undefined) return [];
      return [{ of: binding, binding, plan: planEdits(binding, toOf(reference), text) }];
    });
    const planned = planTogether(fields, text);
    problems.push(...planned.problems);
    edits.push(...planned.kept.flatMap((one) => one.edits));
  }
  const after: Record<string, string> = { ...files };
  for (const [file, group] of Map.groupBy(edits, (edit) => edit.file)) {
    const applied = applyFileEdits(files[file] ?? '', group);
    if ('problem' in applied) problems.push(applied.problem);
    else after[file] = applied.text;
  }
  return { after, edits, problems: problems.sort(compareProblems) };
}

export function toOf(text: string): { name: string; tag: string; digest: string | null } {
  const reference = parseReference(text);
  if (reference?.tag === undefined) throw new Error(`${text} is no reference`);
  return { name: reference.spelled, tag: reference.tag, digest: reference.digest ?? null };
}
