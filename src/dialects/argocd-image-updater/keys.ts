import { nearest } from '../../core/nearest.ts';

export const prefix = 'argocd-image-updater.argoproj.io/';

/** Keys of the whole application. */
const applicationKeys = [
  'image-list',
  'write-back-method',
  'write-back-target',
  'git-branch',
  'git-repository',
];
/** Keys of the application, or of one image as `<alias>.<key>`. */
const bothKeys = ['update-strategy', 'allow-tags', 'ignore-tags', 'force-update', 'pull-secret'];
/** Keys of one image. */
const imageKeys = [
  'platforms',
  'helm.image-name',
  'helm.image-tag',
  'helm.image-spec',
  'kustomize.image-name',
  'tag-match',
  'sort-mode',
];
const old: Readonly<Record<string, string>> = { 'tag-match': 'allow-tags', 'sort-mode': 'update-strategy' };

/** Keys without an equal in a policy, and what there is instead. */
export const withoutEqual: Readonly<Record<string, string>> = {
  'write-back-method': 'Tallyman always commits to the config repository',
  'write-back-target': 'Tallyman edits the image field that is there; put one where the target says',
  'git-branch': 'the branch is set in tallyman.yaml',
  'git-repository': 'the repository is set in tallyman.yaml',
  'pull-secret': 'credentials of registries stand in tallyman.yaml',
};

export interface UpdaterKey {
  readonly alias: string | undefined;
  /** In the new spelling. */
  readonly name: string;
}

/** What an annotation says, by its key without the prefix; an unknown one with the nearest known. */
export function updaterKey(text: string): UpdaterKey | { readonly unknown: string } {
  if (applicationKeys.includes(text) || bothKeys.includes(text)) return { alias: undefined, name: text };
  const perImage = [...imageKeys, ...bothKeys].find((name) => text.endsWith(`.${name}`));
  if (perImage !== undefined) {
    return { alias: text.slice(0, -perImage.length - 1), name: old[perImage] ?? perImage };
  }
  const name = text.slice(text.indexOf('.') + 1);
  const near = nearest(text, [...applicationKeys, ...bothKeys]) ?? nearest(name, [...imageKeys, ...bothKeys]);
  return { unknown: near === undefined ? '' : ` (did you mean "${near}"?)` };
}
