import { bind, bindMarkers } from '../../bindings/bind.ts';
import { collectPolicies } from '../../bindings/collect.ts';
import { fileProblems } from '../../bindings/file-problems.ts';
import type { Bindings, FactedFile, FieldEdit, MarkerBinding } from '../../bindings/model.ts';
import { didYouMean } from '../../core/nearest.ts';
import { compareProblems, type Problem } from '../../core/problem.ts';
import type { Tree } from '../../tree/tree.ts';
import { answerTargets } from '../prepare/answer-targets.ts';
import { bindOptions } from '../prepare/bind-options.ts';
import { FactsCache } from '../prepare/facts-cache.ts';
import { pathFilter } from '../prepare/path-filter.ts';
import { Rewriter, type Election, type TakeFile } from './rewriter.ts';
import type { RunSettings } from '../settings.ts';
import { survey } from '../prepare/survey.ts';

export interface Rewrite {
  /** Sorted by place. */
  readonly edits: readonly FieldEdit[];
  readonly problems: readonly Problem[];
}

/**
 * Rewrites a tree as if the given policies had elected the given images: markers of both dialects, whether or not the
 * policy's file is there, and what the policies of the tree bind by annotation or name. Nothing is asked, nothing written.
 * Each file is read twice, rather than kept: new memory costs more than reading it again.
 * @param take is handed each file that changes, in the order of their paths
 */
export async function rewrite(
  tree: Tree,
  settings: Pick<RunSettings, 'paths' | 'policyRoots' | 'dialects' | 'environments'>,
  elections: ReadonlyMap<string, Election>,
  take: TakeFile,
): Promise<Rewrite> {
  const admits = settings.paths.length === 0 ? () => true : pathFilter(settings.paths);
  const lengths = new Map<string, number>();
  const cache = new FactsCache();
  const files = await survey(tree, admits, cache, (path, bytes) => lengths.set(path, bytes.length));
  const collected = collectPolicies(files);
  const options = bindOptions(settings);
  const targets = await answerTargets(tree, files, collected.policies, options, cache);
  const bound = bind(files, collected.policies, options, targets);
  const { bindings, problems } = join(files, [...collected.problems, ...bound.problems], bound, elections);
  const edited = new Set(bindings.map(({ file }) => file));
  const planned = [...edited].reduce((sum, file) => sum + (lengths.get(file) ?? 0), 0);
  const writer = new Rewriter({ bindings, elections, planned, take });
  await writer.rewrite(tree, files);
  return {
    edits: writer.edits.sort((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1)),
    problems: [...problems, ...writer.problems].sort(compareProblems),
  };
}

function join(
  files: readonly FactedFile[],
  found: readonly Problem[],
  bound: Pick<Bindings, 'bindings' | 'policies'>,
  elections: ReadonlyMap<string, Election>,
): { bindings: MarkerBinding[]; problems: Problem[] } {
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
    mayKeepAny.has(code) || elections.has(policy ?? '');
  // A marker of a given name is applied, whether or not the policy is there.
  const joined = found.filter(({ code }) => code !== 'unknown-policy');
  const all = [...fileProblems(files), ...joined].filter(concerns);
  return { bindings, problems: [...all, ...marked.problems, ...unknown] };
}

/** What keeps fields from moving, and tells no policy: it may be one of those that are given. */
const mayKeepAny: ReadonlySet<string> = new Set(['bad-yaml', 'bad-encoding', 'bad-marker', 'bad-annotation']);
