import type { Problem } from '../core/problem.ts';
import { isVendored } from '../fields/name-class.ts';
import type { FactedFile } from './model.ts';

/**
 * What is wrong within single files. That the templates of a chart are no YAML as they stand is their nature and no problem: nothing in
 * them is bound by name, and a chart that is not ours is not ours to mend.
 */
export function fileProblems(files: readonly FactedFile[]): Problem[] {
  const charts = chartFolders(files);
  return files.flatMap(({ path, facts }) => {
    const told = isVendored(path, charts)
      ? facts.problems.filter(({ code }) => code !== 'bad-yaml')
      : facts.problems;
    return told.map((problem) => ({ ...problem, file: path }));
  });
}

/** Folders that hold a `Chart.yaml`. */
export function chartFolders(files: readonly Pick<FactedFile, 'path'>[]): ReadonlySet<string> {
  return new Set(
    files.flatMap(({ path }) =>
      /(?:^|\/)Chart\.yaml$/.test(path) ? [path.replace(/\/?Chart\.yaml$/, '')] : [],
    ),
  );
}
