import { bind, bindMarkers } from '../bindings/bind.ts';
import { collectPolicies } from '../bindings/collect.ts';
import { fileProblems } from '../bindings/file-problems.ts';
import { applyFileEdits, planEdits } from '../bindings/edit.ts';
import type { FactedFile, FieldEdit, MarkerBinding } from '../bindings/model.ts';
import { ProofBudget } from '../bindings/proof-budget.ts';
import { didYouMean } from '../core/nearest.ts';
import { compareProblems, type Problem } from '../core/problem.ts';
import type { ImageReference } from '../image/reference.ts';
import type { Tag } from '../image/tag.ts';
import type { Tree } from '../tree/tree.ts';
import { decode } from '../yaml/decode.ts';
import { bindOptions } from './bind-options.ts';
import type { FileText } from './edit-files.ts';
import { FactsCache } from './facts-cache.ts';
import { pathFilter } from './path-filter.ts';
import type { RunSettings } from './settings.ts';
import { survey } from './survey.ts';

/** What a policy is taken to have elected. */
export type Election = ImageReference & { readonly tag: Tag };

export interface Rewrite {
  /** Sorted by place. */
  readonly edits: readonly FieldEdit[];
  readonly files: ReadonlyMap<string, FileText>;
  readonly problems: readonly Problem[];
}

/**
 * Rewrites a tree as if the given policies had elected the given images: markers of both dialects, whether or not the
 * policy's file is there, and what the policies of the tree bind by annotation or name. Nothing is asked, nothing written.
 */
export async function rewrite(
  tree: Tree,
  settings: Pick<RunSettings, 'paths' | 'policyRoots' | 'dialects' | 'environments'>,
  elections: ReadonlyMap<string, Election>,
): Promise<Rewrite> {
  const admits = settings.paths.length === 0 ? () => true : pathFilter(settings.paths);
  const files = await survey(tree, admits, new FactsCache());
  const { bindings, problems } = join(files, settings, elections);
  const writer = new Rewriter(bindings, elections);
  const ids = new Map(files.map(({ path, id }) => [path, id]));
  const entries = [...writer.paths()].map((path) => ({
    path,
    id: ids.get(path) ?? '',
    mode: 'file' as const,
  }));
  await tree.read(entries, ({ path }, bytes) => writer.write(path, bytes));
  return {
    edits: writer.edits.sort((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1)),
    files: new Map([...writer.files].sort(([a], [b]) => (a < b ? -1 : 1))),
    problems: [...problems, ...writer.problems].sort(compareProblems),
  };
}

function join(
  files: readonly FactedFile[],
  settings: Pick<RunSettings, 'policyRoots' | 'dialects' | 'environments'>,
  elections: ReadonlyMap<string, Election>,
): { bindings: MarkerBinding[]; problems: Problem[] } {
  const collected = collectPolicies(files);
  const bound = bind(files, collected.policies, bindOptions(settings));
  const policies = new Set<string>(bound.policies.map(({ name }) => name));
  const marked = bindMarkers(
    files,
    [...elections.keys()].filter((name) => !policies.has(name)),
  );
  // A marker goes before an annotation and a name.
  const taken = new Set(marked.bindings.map(({ key }) => key));
  const others = bound.bindings.filter(({ key, policy }) => elections.has(policy.name) && !taken.has(key));
  const bindings = [...marked.bindings, ...others];
  const known = new Set<string>([
    ...bindings.map(({ policy }) => policy.name),
    ...bound.policies.map(({ name }) => name),
  ]);
  const strange = [...elections.keys()].filter((name) => !known.has(name));
  const names = [...known, ...files.flatMap(({ facts }) => facts.markers.map(({ policy }) => policy))];
  const unknown = strange.map((name): Problem => {
    const hint = didYouMean(name, names);
    return {
      code: 'unknown-policy',
      message: `No marker and no policy here has the name "${name}"${hint}.`,
      policy: name,
    };
  });
  const concerns = ({ code, policy }: Problem): boolean =>
    code === 'bad-yaml' || code === 'bad-encoding' || code === 'bad-marker' || elections.has(policy ?? '');
  // A marker of a given name is applied, whether or not the policy is there.
  const joined = bound.problems.filter(({ code }) => code !== 'unknown-policy');
  const all = [...fileProblems(files), ...collected.problems, ...joined].filter(concerns);
  return { bindings, problems: [...all, ...marked.problems, ...unknown] };
}

/** Edits file by file, as they are read. */
class Rewriter {
  readonly edits: FieldEdit[] = [];
  readonly files = new Map<string, FileText>();
  readonly problems: Problem[] = [];
  readonly #budget = new ProofBudget();
  readonly #byFile: ReadonlyMap<string, readonly MarkerBinding[]>;
  readonly #elections: ReadonlyMap<string, Election>;

  constructor(bindings: readonly MarkerBinding[], elections: ReadonlyMap<string, Election>) {
    this.#byFile = Map.groupBy(bindings, ({ file }) => file);
    this.#elections = elections;
  }

  paths(): Iterable<string> {
    return this.#byFile.keys();
  }

  write(path: string, bytes: Uint8Array): void {
    const decoded = decode(bytes);
    // Files that are no text were told of when they were surveyed.
    if ('refused' in decoded) return;
    const edits = (this.#byFile.get(path) ?? []).flatMap((binding) => this.#plan(binding, decoded.text));
    if (edits.length === 0) return;
    const applied = applyFileEdits(decoded.text, edits, this.#budget);
    if ('problem' in applied) {
      this.problems.push({ ...applied.problem, file: path });
      return;
    }
    this.edits.push(...edits);
    this.files.set(path, { before: decoded.text, after: applied.text });
  }

  #plan(binding: MarkerBinding, text: string): readonly FieldEdit[] {
    const elected = this.#elections.get(binding.policy.name);
    if (elected === undefined) return [];
    const to = { name: elected.spelled, tag: elected.tag, digest: elected.digest ?? null };
    const planned = planEdits(binding, to, text);
    if ('edits' in planned) return planned.edits;
    this.problems.push(planned.problem);
    return [];
  }
}
