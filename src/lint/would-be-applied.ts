import { formatPlace, type Place } from '../core/position.ts';
import type { Advice } from '../core/problem.ts';
import type { PolicyDocument } from '../policy/document/document.ts';
import { folderOf, isBelow, kustomizedFolders, resolvePath, type LintedFile } from './tree.ts';

/**
 * Policies that a synchronizer would apply to a cluster (product.md, 2.1): a kustomization lists the file, or a folder without one is applied
 * as it is. kustomize, and so Flux, leaves out what carries the local-config annotation; Argo CD, for a plain folder, what carries its own comment.
 */
export function wouldBeApplied(files: readonly LintedFile[]): Advice[] {
  const listed = listedFiles(files);
  const folders = new PlainFolders(files);
  return files.flatMap((file) =>
    file.policies.flatMap((document) => {
      const lister = listed.get(file.path);
      const applier = folders.applierOf(file);
      const isLocal = hasLocalConfig(document);
      if (lister !== undefined && !isLocal)
        return [advice(file, document, `${formatPlace(lister)} lists its file`, 'annotation')];
      if (applier === undefined || (applier.by === 'flux' ? isLocal : file.facts.skipped)) return [];
      const way = applier.by === 'flux' ? 'annotation' : 'comment';
      return [
        advice(
          file,
          document,
          `the ${applier.object} (${formatPlace(applier.place)}) applies its folder`,
          way,
        ),
      ];
    }),
  );
}

const ways = {
  annotation: 'Add the annotation config.kubernetes.io/local-config: "true" to it',
  comment: 'Add the line "# +argocd:skip-file-rendering" at the top of the file',
};

function advice(file: LintedFile, document: PolicyDocument, why: string, way: keyof typeof ways): Advice {
  const name = nameOf(document);
  const message = `The policy ${name ?? ''} would be applied to a cluster: ${why}. Tallyman reads it from git only, and a cluster without the CustomResourceDefinition refuses it, with everything that is applied beside it. ${ways[way]}.`;
  const { line, column } = document;
  return {
    code: 'would-be-applied',
    file: file.path,
    line,
    column,
    message,
    ...(name === undefined ? {} : { policy: name }),
  };
}

/** Files that a kustomization names one by one, with the place. */
function listedFiles(files: readonly LintedFile[]): ReadonlyMap<string, Place> {
  const listed = new Map<string, Place>();
  for (const { path: file, facts } of files) {
    for (const { path, line, column } of facts.resources) {
      const target = resolvePath(folderOf(file), path);
      if (target !== undefined && !listed.has(target)) listed.set(target, { file, line, column });
    }
  }
  return listed;
}

interface Applier {
  readonly by: 'flux' | 'argocd';
  readonly object: string;
  readonly folder: string;
  readonly recurses: boolean;
  readonly place: Place;
}

/** Folders that are applied without a kustomization. */
class PlainFolders {
  readonly #appliers: readonly Applier[];
  readonly #kustomized: ReadonlySet<string>;

  constructor(files: readonly LintedFile[]) {
    this.#kustomized = kustomizedFolders(files.map(({ path }) => path));
    const charts = new Set(
      files.flatMap(({ path }) => (/(?:^|\/)Chart\.yaml$/.test(path) ? [folderOf(path)] : [])),
    );
    this.#appliers = files
      .flatMap(({ path: file, facts }) =>
        facts.appliers.flatMap(({ by, object, path, recurses, line, column }) => {
          const folder = resolvePath('', path.replace(/^\/+/, ''));
          return folder === undefined
            ? []
            : [{ by, object, folder, recurses, place: { file, line, column } }];
        }),
      )
      .filter(({ folder }) => !this.#kustomized.has(folder) && !charts.has(folder));
  }

  applierOf({ path }: LintedFile): Applier | undefined {
    const folder = folderOf(path);
    return this.#appliers.find((applier) =>
      applier.recurses ? this.#reaches(applier.folder, folder) : applier.folder === folder,
    );
  }

  /** Down to the first folder with a kustomization: from there on it decides. */
  #reaches(top: string, folder: string): boolean {
    if (!isBelow(folder, top)) return false;
    for (let at = folder; at !== top; at = folderOf(at)) if (this.#kustomized.has(at)) return false;
    return true;
  }
}

function hasLocalConfig({ value }: PolicyDocument): boolean {
  const { metadata } = (value ?? {}) as { metadata?: { annotations?: unknown } | null };
  const { 'config.kubernetes.io/local-config': local } = (metadata?.annotations ?? {}) as Record<
    string,
    unknown
  >;
  return local === 'true';
}

function nameOf({ value }: PolicyDocument): string | undefined {
  const { metadata } = (value ?? {}) as { metadata?: { name?: unknown } | null };
  return typeof metadata?.name === 'string' ? metadata.name : undefined;
}
