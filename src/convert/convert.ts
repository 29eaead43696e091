import { append } from '../core/append.ts';
import type { FactedFile } from '../bindings/model.ts';
import { formatPlace } from '../core/position.ts';
import { compareProblems, type Problem } from '../core/problem.ts';
import type { FluxAutomation } from '../dialects/flux2/automation.ts';
import type { ForeignPolicy } from '../dialects/model.ts';
import { mayBeAnnotated, readAnnotatedDialects } from '../dialects/read-annotated.ts';
import { readFacts } from '../fields/facts.ts';
import { nameClass } from '../fields/name-class.ts';
import { encode } from '../yaml/decode.ts';
import { readOutline } from '../yaml/read.ts';
import { applyEdits } from '../yaml/splice.ts';
import { onlyAnnotated, onlyCommented } from './added.ts';
import { applicationsIn, type KnownApplication } from './application-catalogue.ts';
import { ApplicationConverter } from './applications.ts';
import { convertFlux2, rewriteMarkers, type Flux2Changes } from './flux2.ts';
import { readFlux2Source, type Flux2Source } from './flux2-source.ts';
import type { Conversion, Converted, SourceFile, Todo } from './model.ts';
import { Names } from './names.ts';
import { NewFiles } from './new-files.ts';
import { afterwards } from './result.ts';
import { settingsTodo } from './settings-todo.ts';
import { WorkloadConverter } from './workloads.ts';

/**
 * Converts the files of other tools (product.md, 2.4 and 10): Flux 2's policies and Argo CD Image Updater's images to new ImagePolicy files, the
 * annotations of Flux v1 and Keel to ours on the same workload. What is there stays as it is, byte for byte; nothing is removed.
 * @param rendered output of `kustomize build`, for objects of Flux 2 that kustomizations patch
 */
export function convert(files: readonly SourceFile[], rendered?: SourceFile): Conversion {
  const facted = files.map(({ path, text }) => factsOf(path, text));
  const whole = rendered && factsOf(rendered.path, rendered.text);
  const source = readFlux2Source(facted, whole);
  const job = new Job(files, facted);
  for (const file of files) job.annotated(file);
  job.applications();
  const fluxed = job.flux2(source);
  for (const file of files) job.markers(file, fluxed);
  for (const file of files) job.generated(file);
  return job.finish(source);
}

function factsOf(path: string, text: string): FactedFile {
  return { path, id: path, facts: readFacts(encode(text), nameClass(path)) };
}

class Job {
  readonly #facted: ReadonlyMap<string, FactedFile>;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #names: Names;
  readonly #newFiles: NewFiles;
  readonly #changed = new Map<string, string>();
  readonly #converted: Converted[] = [];
  readonly #problems: Problem[] = [];
  readonly #todo: Todo[] = [];
  readonly #byName = new Set<string>();
  /** Policies of Argo CD Image Updater, and the Applications that they may be for. */
  readonly #updated: ForeignPolicy[] = [];
  readonly #applications: KnownApplication[] = [];

  constructor(files: readonly SourceFile[], facted: readonly FactedFile[]) {
    this.#facted = new Map(facted.map((file) => [file.path, file]));
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#names = new Names(
      facted.flatMap(({ facts }) => facts.policies.flatMap(({ value }) => nameIn(value))),
    );
    this.#newFiles = new NewFiles(new Set(this.#texts.keys()));
  }

  /** Flux v1, Keel and Argo CD Image Updater: what they say stands in one file, but for the Applications of an ImageUpdater. */
  annotated({ path, text }: SourceFile): void {
    const facts = this.#facted.get(path)?.facts;
    const read = mayBeAnnotated(text) || mayApply.test(text) ? readOutline(text) : undefined;
    if (read === undefined || facts === undefined) return;
    if ('error' in read) {
      if (!mayBeAnnotated(text)) return;
      append(
        this.#problems,
        facts.problems.map((problem) => ({ ...problem, file: path })),
      );
      return;
    }
    append(this.#applications, applicationsIn(read.outline, path, facts));
    const { policies, problems } = readAnnotatedDialects(read.outline, path);
    append(this.#problems, problems);
    const [updated, onWorkloads] = split(policies, ({ dialect }) => dialect === 'argocd-image-updater');
    append(this.#updated, updated);
    const file = { path, outline: read.outline, facts, policies: onWorkloads };
    const changes = new WorkloadConverter(file, this.#names, this.#newFiles).convert();
    const after = applyEdits(text, changes.edits);
    const marksOnly = changes.edits.every(({ source }) => source.startsWith(' # '));
    const isAsMeant = marksOnly ? onlyCommented : onlyAnnotated;
    const wrong = changes.edits.length === 0 ? undefined : isAsMeant(read.outline, after);
    if (wrong !== undefined) {
      this.#problems.push({
        code: 'refused-edit',
        file: path,
        line: 1,
        column: 1,
        message: `${path} is not changed: ${wrong}.`,
      });
      return;
    }
    this.#add(changes);
    for (const key of changes.byName) this.#byName.add(key);
    if (changes.edits.length > 0) this.#changed.set(path, after);
  }

  /** After all files have been read. */
  applications(): void {
    const converter = new ApplicationConverter({
      names: this.#names,
      newFiles: this.#newFiles,
      applications: this.#applications,
      hasFolder: (folder) =>
        folder === '' || [...this.#texts.keys()].some((one) => one.startsWith(`${folder}/`)),
    });
    for (const policy of this.#updated) converter.convert(policy);
    this.#add(converter);
    append(this.#todo, converter.todo);
  }

  flux2({ policies, problems, home }: Flux2Source): Flux2Changes {
    append(this.#problems, problems);
    const context = { names: this.#names, newFiles: this.#newFiles, home };
    const changes = convertFlux2(policies, [...this.#facted.values()], context);
    this.#add(changes);
    append(this.#todo, changes.todo);
    return changes;
  }

  /** Comments change no value, so that there is nothing to prove. */
  markers({ path, text }: SourceFile, { renamed }: Flux2Changes): void {
    if (renamed.size === 0 || !text.includes('$imagepolicy')) return;
    const before = this.#changed.get(path) ?? text;
    const read = readOutline(before);
    if ('error' in read) return;
    const edits = rewriteMarkers(read.outline, renamed);
    if (edits.length > 0) this.#changed.set(path, applyEdits(before, edits));
  }

  /** Commands of Flux v1 that make manifests, and write images into them. */
  generated({ path, text }: SourceFile): void {
    const key = path.endsWith('.flux.yaml')
      ? /^(patchUpdated|commandUpdated|scanForFiles):/m.exec(text)
      : null;
    if (key === null) return;
    const line = text.slice(0, key.index).split('\n').length;
    const message = `${key[1] ?? ''} of Flux v1 has no equal: nothing from a repository is run here. Put the images where kustomize keeps them (images:), and write an ImagePolicy.`;
    this.#problems.push({ code: 'not-supported', file: path, line, column: 1, message });
  }

  finish({ automations, repositories }: Flux2Source): Conversion {
    const files = new Map<string, { before: string; after: string; isNew: boolean }>();
    for (const [path, after] of this.#changed)
      files.set(path, { before: this.#texts.get(path) ?? '', after, isNew: false });
    for (const [path, after] of this.#newFiles.texts()) files.set(path, { before: '', after, isNew: true });
    const result = [...this.#facted.values()]
      .filter(({ path }) => !files.has(path))
      .concat([...files].map(([path, { after }]) => factsOf(path, after)));
    const checked = afterwards(result, this.#converted, this.#byName);
    return {
      files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
      converted: this.#converted.sort((a, b) =>
        a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
      ),
      problems: [...this.#problems, ...checked.problems].sort(compareProblems),
      todo: [
        ...this.#todo,
        ...settingsTodo(repositories, automations),
        ...this.#writers(automations),
        ...checked.todo,
      ],
    };
  }

  /** Who would go on writing beside us. */
  #writers(automations: readonly FluxAutomation[]): Todo[] {
    const flux = automations.map(({ suspended, object: { source } }) => {
      const { name, file, line, column } = source;
      const message = suspended
        ? `The ImageUpdateAutomation ${name} is suspended, so Tallyman moves what it wrote. Remove it with its policies, and do not let it go on beside them.`
        : `Suspend the ImageUpdateAutomation ${name} (spec.suspend: true), then remove it with its policies: until then Tallyman leaves alone what it writes.`;
      return { message, file, line, column };
    });
    const [copied] = this.#converted.filter(({ dialect }) => dialect === 'flux2');
    const both =
      copied === undefined
        ? []
        : [{ message: keepOne, file: copied.file, line: copied.line, column: copied.column }];
    const tools = {
      flux1: 'Flux v1',
      keel: 'Keel',
      'argocd-image-updater': 'Argo CD Image Updater',
    } as const;
    const others = Object.entries(tools).flatMap(([dialect, tool]) => {
      const from = this.#converted.filter((one) => one.dialect === dialect);
      const [first] = from;
      if (first === undefined) return [];
      const more = from.length > 1 ? ` and ${from.length - 1} more` : '';
      return [
        {
          message: `Stop ${tool}, then take away what it reads (${formatPlace(first)}${more}): until then two tools move these images.`,
        },
      ];
    });
    return [...flux, ...both, ...others];
  }

  #add({ converted, problems }: { converted: readonly Converted[]; problems: readonly Problem[] }): void {
    append(this.#converted, converted);
    append(this.#problems, problems);
  }
}

const keepOne =
  'Take the ImagePolicy and ImageRepository objects of Flux away once its automation is, and flux2 out of dialects in tallyman.yaml where it is listed: a marker that both a policy of ours and one of Flux answer to moves nothing.';

const mayApply = /^\s*kind:\s*["']?Application\b/m;

function nameIn(value: unknown): string[] {
  const { metadata } = (value ?? {}) as { metadata?: { name?: unknown } | null };
  return typeof metadata?.name === 'string' ? [metadata.name] : [];
}

function split<Item>(items: readonly Item[], is: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter((item) => is(item)), items.filter((item) => !is(item))];
}
