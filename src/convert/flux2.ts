import { append } from '../core/append.ts';
import type { FactedFile } from '../bindings/model.ts';
import type { Problem } from '../core/problem.ts';
import type { ForeignPolicy } from '../dialects/model.ts';
import { readMarkerText } from '../fields/marker-text.ts';
import type { Outline } from '../yaml/outline.ts';
import type { TextEdit } from '../yaml/splice.ts';
import type { Converted, Todo } from './model.ts';
import type { Names } from './names.ts';
import type { NewFiles } from './new-files.ts';
import { policyText } from './policy-text.ts';

/** What Flux 2's policies come to. */
export interface Flux2Changes {
  readonly converted: readonly Converted[];
  readonly problems: readonly Problem[];
  readonly todo: readonly Todo[];
  /** The names of ours that differ from Flux's: their markers are written anew. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Writes an ImagePolicy of ours beside each of Flux 2's that a marker names. Markers stay as they are, since both tools read them,
 * but for a policy whose name is used in two namespaces: ours are unique.
 * @param home the file of the checkout that holds the object, also where it was read from rendered text
 */
export function convertFlux2(
  policies: readonly ForeignPolicy[],
  files: readonly FactedFile[],
  { names, newFiles, home }: { names: Names; newFiles: NewFiles; home: (policy: ForeignPolicy) => string },
): Flux2Changes {
  const marked = new Markers(files);
  const plainNames = Map.groupBy(policies, ({ object }) => object.name);
  const converted: Converted[] = [];
  const problems: Problem[] = [];
  const todo: Todo[] = [];
  const renamed = new Map<string, string>();
  for (const foreign of policies) {
    const { object, policy, name, dialect } = foreign;
    const { file, line, column } = object;
    append(problems, foreign.problems);
    const path = newFiles.pathBeside(home(foreign));
    if (policy === undefined || newFiles.isThere(path)) continue;
    const paths = marked.filesOf(name);
    if (paths.length === 0) {
      todo.push({
        message: `No marker names ${name}, so it moves nothing and is not converted.`,
        file,
        line,
        column,
      });
      continue;
    }
    const isAlone = plainNames.get(object.name)?.length === 1;
    const own = isAlone ? names.take(object.name, name) : names.take(name);
    const text = policyText({ name: own, policy, paths });
    if ('unequal' in text) {
      const message = `${name} is not converted: it has no equal: ${text.unequal}.`;
      problems.push({ code: 'not-supported', file, line, column, message, policy: name });
      continue;
    }
    if (own !== object.name) renamed.set(name, own);
    newFiles.add(path, text.text);
    converted.push({ dialect, name, policy: own, to: path, file, line, column });
  }
  return { converted, problems, todo, renamed };
}

/** Which files hold the Flux 2 markers of a policy. */
class Markers {
  readonly #files = new Map<string, Set<string>>();

  constructor(files: readonly FactedFile[]) {
    for (const { path, facts } of files) {
      for (const { dialect, policy } of facts.markers) {
        if (dialect !== 'flux2') continue;
        // A policy whose namespace no file tells is named by its own name, where markers of one namespace do so.
        for (const name of [policy, policy.slice(policy.indexOf(':') + 1)])
          this.#files.set(name, (this.#files.get(name) ?? new Set()).add(path));
      }
    }
  }

  filesOf(name: string): readonly string[] {
    return [...(this.#files.get(name) ?? [])].sort();
  }
}

/** The edits that let the markers of renamed policies name ours. */
export function rewriteMarkers(
  { text, comments }: Outline,
  renamed: ReadonlyMap<string, string>,
): TextEdit[] {
  return comments.flatMap(({ start, end }) => {
    const comment = text.slice(start, end);
    const marker = readMarkerText(comment);
    if (marker === undefined || 'wrong' in marker || marker.dialect !== 'flux2') return [];
    const name = renamed.get(marker.policy);
    const setter = `"$tallyman": "${name ?? ''}${marker.part === 'image' ? '' : `:${marker.part}`}"`;
    const source = comment.replace(/"\$imagepolicy"\s*:\s*"[^"]*"/, () => setter);
    return name === undefined || source === comment ? [] : [{ start, end, source }];
  });
}
