import { append } from '../core/append.ts';
import type { Problem } from '../core/problem.ts';
import { formatPlace } from '../core/position.ts';
import type { ForeignPolicy } from '../dialects/model.ts';
import { parseRepository } from '../image/reference.ts';
import type { Policy } from '../policy/model.ts';
import { applicationsFor, type KnownApplication } from './application-catalogue.ts';
import type { Converted, Todo } from './model.ts';
import type { Names } from './names.ts';
import type { NewFiles } from './new-files.ts';
import { policyText } from './policy-text.ts';

/** What is known of the checkout beside the policies of Argo CD Image Updater. */
export interface Surroundings {
  readonly names: Names;
  readonly newFiles: NewFiles;
  readonly applications: readonly KnownApplication[];
  /** Whether some file lies below a folder. */
  readonly hasFolder: (folder: string) => boolean;
}

/**
 * Writes what Argo CD Image Updater is told of Applications, by annotation or by an ImageUpdater, as ImagePolicy files: beside the Application
 * where that holds the image itself, else into the folder that it applies.
 */
export class ApplicationConverter {
  readonly converted: Converted[] = [];
  readonly problems: Problem[] = [];
  readonly #surroundings: Surroundings;
  /** Applications whose folder was taken to be in this checkout. */
  readonly #assumed = new Map<KnownApplication, string>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  convert(foreign: ForeignPolicy): void {
    append(this.problems, foreign.problems);
    if (foreign.policy === undefined) return;
    const applications = applicationsFor(foreign, this.#surroundings.applications);
    if (applications.length === 0) this.#refuse(foreign, noApplication(foreign));
    for (const application of applications) this.#write(foreign, foreign.policy, application);
  }

  /** What was taken for granted. */
  get todo(): readonly Todo[] {
    return [...this.#assumed].map(([{ name, repositories, file, line, column }, folder]) => {
      const urls = repositories.filter((url) => url !== '').join(', ');
      const source = urls === '' ? 'it names no repoURL' : `repoURL ${urls}`;
      const message = `The Application ${name} is taken to apply ${folder === '' ? 'the root' : folder} of this repository (${source}; a checkout does not tell its own address). Where it applies another one, take the new policy away.`;
      return { message, file, line, column };
    });
  }

  #write(foreign: ForeignPolicy, policy: Policy, application: KnownApplication): void {
    const { names, newFiles } = this.#surroundings;
    const inside = application.fields.some(
      ({ name }) => parseRepository(name ?? '')?.repository === policy.image.repository,
    );
    const folder = inside ? undefined : this.#folder(foreign, application);
    if (!inside && folder === undefined) return;
    const path = inside
      ? newFiles.pathBeside(application.file)
      : `${folder === '' ? '' : `${folder ?? ''}/`}${application.name}.tallyman.yaml`;
    if (newFiles.isThere(path)) return;
    const alias = foreign.name.slice(foreign.name.lastIndexOf('/') + 1);
    const own = names.take(alias, `${application.name}/${alias}`);
    const text = policyText({ name: own, policy, paths: inside ? [application.file] : [] });
    if ('unequal' in text) {
      this.#refuse(foreign, `it has no equal: ${text.unequal}`);
      return;
    }
    newFiles.add(path, text.text);
    if (folder !== undefined) this.#assumed.set(application, folder);
    const { file, line, column } = foreign.object;
    this.converted.push({
      dialect: foreign.dialect,
      name: foreign.name,
      policy: own,
      to: path,
      file,
      line,
      column,
    });
  }

  #folder(foreign: ForeignPolicy, application: KnownApplication): string | undefined {
    const folders = application.folders.filter((folder) => this.#surroundings.hasFolder(folder));
    const [folder] = folders;
    if (folder !== undefined && folders.length === 1) return folder;
    const which =
      foreign.applications === undefined
        ? ''
        : ` of the Application ${application.name} (${formatPlace(application)})`;
    this.#refuse(
      foreign,
      folder === undefined
        ? `the folder that is applied${which} is not in this checkout. Write the ImagePolicy beside the manifests that hold the image`
        : `several folders are applied${which} (${folders.join(', ')}). Write the ImagePolicy into the one that holds the image`,
    );
    return undefined;
  }

  #refuse({ name, object }: ForeignPolicy, why: string): void {
    const { file, line, column } = object;
    const message = `${name} is not converted: ${why}.`;
    this.problems.push({ code: 'not-supported', file, line, column, message });
  }
}

function noApplication({ applications, object }: ForeignPolicy): string {
  if (applications === undefined) return `${object.kind} ${object.name} is no Application of Argo CD`;
  const where = object.namespace === undefined ? '' : ` in the namespace ${object.namespace}`;
  return `no Application in this checkout has a name that matches "${applications.namePattern}"${where}, with the labels that are asked for. Write the ImagePolicy beside the manifests that hold the image`;
}
