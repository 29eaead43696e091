import type { Problem } from '../core/problem.ts';
import type { ForeignPolicy } from '../dialects/model.ts';
import type { Outline } from '../yaml/outline.ts';
import { scalarText } from '../yaml/scalar.ts';
import { child, children, find, nodeAt } from '../yaml/walk.ts';
import type { Converted } from './model.ts';
import type { Names } from './names.ts';
import type { NewFiles } from './new-files.ts';
import { policyText } from './policy-text.ts';

/** What is known of the checkout beside the file of the Application. */
export interface Surroundings {
  readonly names: Names;
  readonly newFiles: NewFiles;
  /** Whether some file lies below a folder. */
  readonly hasFolder: (folder: string) => boolean;
}

/** Writes what Argo CD Image Updater is told of an Application as ImagePolicy files into the folders that the Application applies. */
export function convertApplications(
  outline: Outline,
  policies: readonly ForeignPolicy[],
  { names, newFiles, hasFolder }: Surroundings,
): { readonly converted: readonly Converted[]; readonly problems: readonly Problem[] } {
  const converted: Converted[] = [];
  const problems: Problem[] = [];
  for (const foreign of policies) {
    const { object, policy, name, dialect } = foreign;
    const { file, line, column } = object;
    problems.push(...foreign.problems);
    if (policy === undefined) continue;
    const refuse = (why: string): void => {
      const message = `${name} is not converted: ${why}.`;
      problems.push({ code: 'not-supported', file, line, column, message });
    };
    const folders = sourceFolders(outline, foreign).filter((folder) => hasFolder(folder));
    const [folder] = folders;
    if (folder === undefined || folders.length > 1) {
      refuse(
        folder === undefined
          ? 'the folder that it applies is not in this checkout. Write the ImagePolicy beside the manifests that hold the image'
          : `it applies several folders (${folders.join(', ')}). Write the ImagePolicy into the one that holds the image`,
      );
      continue;
    }
    const path = `${folder === '' ? '' : `${folder}/`}${object.name}.tallyman.yaml`;
    if (newFiles.isThere(path)) continue;
    const own = names.take(name.slice(name.lastIndexOf('/') + 1), name);
    const text = policyText({ name: own, policy, paths: [] });
    if ('unequal' in text) {
      refuse(`it has no equal: ${text.unequal}`);
      continue;
    }
    newFiles.add(path, text.text);
    converted.push({ dialect, name, policy: own, to: path, file, line, column });
  }
  return { converted, problems };
}

/** `spec.source.path` and those of `spec.sources`, from the root of the checkout. */
function sourceFolders(outline: Outline, { object }: ForeignPolicy): string[] {
  const root = object.kind === 'Application' ? find(outline, object.document, object.pointer) : undefined;
  const spec = root === undefined ? undefined : child(outline, root, 'spec');
  if (spec === undefined) return [];
  const sources = child(outline, spec, 'sources');
  const source = child(outline, spec, 'source');
  const all = [
    ...(sources === undefined ? [] : children(outline, sources)),
    ...(source === undefined ? [] : [source]),
  ];
  const folders = all.flatMap((one) => {
    const path = child(outline, one, 'path');
    if (path === undefined || nodeAt(outline, path).kind !== 'scalar') return [];
    const parts = scalarText(outline, path).split('/');
    return parts.includes('..') ? [] : [parts.filter((part) => part !== '' && part !== '.').join('/')];
  });
  return [...new Set(folders)];
}
