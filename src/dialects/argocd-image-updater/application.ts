import { append } from '../../core/append.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../core/problem.ts';
import type { AnnotatedObject, ForeignReading } from '../foreign-reading.ts';
import { makePolicy } from '../make-policy.ts';
import type { ForeignFile, ForeignPolicy, SourceEntry } from '../model.ts';
import { prefix, updaterKey, withoutEqual } from './keys.ts';
import { readSettings, splitImage, type SettingKey } from './settings.ts';

/** Reads the annotations of Argo CD Image Updater on Applications: one policy for each image of `image-list`. */
export function readApplications(source: ForeignReading): ForeignFile {
  const { objects, problems } = source.annotated((key) => key.startsWith(prefix));
  const policies: ForeignPolicy[] = [];
  const all = [...problems];
  for (const object of objects) {
    const read = new AnnotatedApplication(source, object);
    append(policies, read.policies());
    append(all, read.problems);
  }
  return { policies, problems: all };
}

interface ListedImage {
  readonly alias: string | undefined;
  readonly text: string;
}

class AnnotatedApplication {
  readonly problems: Problem[] = [];
  readonly #source: ForeignReading;
  readonly #application: AnnotatedObject;
  /** By the key without its prefix, in the new spelling. */
  readonly #entries = new Map<string, SourceEntry>();
  readonly #aliases = new Set<string>();
  #broken = false;

  constructor(source: ForeignReading, application: AnnotatedObject) {
    this.#source = source;
    this.#application = application;
    for (const entry of application.annotations) this.#add(entry);
  }

  policies(): ForeignPolicy[] {
    const list = this.#entries.get('image-list');
    const images = listOf(list?.value ?? '');
    const [first] = this.#application.annotations;
    if (list === undefined || images.length === 0) {
      if (first !== undefined)
        this.#complain(list ?? first, `${prefix}image-list names no image, so nothing here is updated.`);
      return [];
    }
    const aliases = new Set(images.flatMap(({ alias }) => alias ?? []));
    for (const [key, entry] of this.#entries) this.#checkAlias(key, entry, aliases);
    for (const alias of aliases) this.#checkTargets(alias);
    return images.map((image) => this.#policy(list, image));
  }

  #add(entry: SourceEntry): void {
    const text = entry.key.slice(prefix.length);
    const read = updaterKey(text);
    if ('unknown' in read) {
      this.#broken = true;
      this.#complain(entry, `${entry.key} is no annotation of Argo CD Image Updater${read.unknown}.`);
      return;
    }
    const { alias, name } = read;
    if (name === 'force-update' && !isFlag(entry.value.trim())) {
      this.#broken = true;
      this.#complain(entry, `${entry.key} is "${entry.value}"; expected true or false.`);
    }
    if (alias !== undefined) this.#aliases.add(alias);
    this.#entries.set(alias === undefined ? name : `${alias}.${name}`, entry);
    const instead = withoutEqual[name];
    if (instead === undefined) return;
    const message = `${entry.key} has no equal in a policy: ${instead}.`;
    this.problems.push(this.#source.problem('not-supported', entry, message));
  }

  #checkAlias(key: string, entry: SourceEntry, aliases: ReadonlySet<string>): void {
    const alias = [...this.#aliases].find((one) => key.startsWith(`${one}.`));
    if (alias === undefined || aliases.has(alias)) return;
    this.#broken = true;
    this.#complain(entry, `No image of image-list has the alias "${alias}"${didYouMean(alias, aliases)}.`);
  }

  /** The updater takes either, and refuses both. */
  #checkTargets(alias: string): void {
    const entryOf = (tool: string): SourceEntry | undefined =>
      [...this.#entries].find(([key]) => key.startsWith(`${alias}.${tool}.`))?.[1];
    const kustomize = entryOf('kustomize');
    if (kustomize === undefined || entryOf('helm') === undefined) return;
    this.#broken = true;
    this.#complain(
      kustomize,
      `The image "${alias}" has annotations of both helm and kustomize; one of them is wrong.`,
    );
  }

  #policy(list: SourceEntry, { alias, text }: ListedImage): ForeignPolicy {
    const { object } = this.#application;
    const split = splitImage(text);
    const name = `${object.name}/${alias ?? split?.image.spelled ?? text}`;
    const read = readSettings(
      {
        strategy: this.#value(alias, 'update-strategy'),
        allowTags: this.#value(alias, 'allow-tags'),
        ignoreTags: (this.#value(alias, 'ignore-tags') ?? '').split(','),
        platforms: listOf(this.#value(alias, 'platforms') ?? '').map((platform) => platform.text),
      },
      split?.constraint,
    );
    const entries = [...this.#entries]
      .filter(
        ([key]) =>
          key.startsWith(`${alias ?? ''}.`) || ![...this.#aliases].some((one) => key.startsWith(`${one}.`)),
      )
      .map(([, entry]) => entry);
    const problems: Problem[] = [];
    if (split === undefined) {
      const message = `image-list: "${text}" is no image; expected [ALIAS=]IMAGE[:CONSTRAINT].`;
      problems.push(this.#source.problem('bad-image', list, message, name));
    } else if ('error' in read) {
      const at = this.#place(alias, read.key) ?? list;
      problems.push(this.#source.problem('bad-annotation', at, `${name}: ${read.error}.`, name));
    }
    const known = {
      dialect: 'argocd-image-updater',
      name,
      problems,
      object,
      entries,
      field: undefined,
    } as const;
    if (split === undefined || 'error' in read || this.#broken) return { ...known, policy: undefined };
    return { ...known, policy: makePolicy(known.dialect, name, list, split.image, read.rule, read.detail) };
  }

  /** An image without an alias has no settings of its own; empty text counts as not set. */
  #value(alias: string | undefined, name: string): string | undefined {
    const own = alias === undefined ? undefined : this.#entries.get(`${alias}.${name}`)?.value.trim();
    const common = this.#entries.get(name)?.value.trim();
    return own === undefined || own === '' ? (common === '' ? undefined : common) : own;
  }

  #place(alias: string | undefined, key: SettingKey): SourceEntry | undefined {
    const name = {
      image: 'image-list',
      strategy: 'update-strategy',
      allowTags: 'allow-tags',
      ignoreTags: 'ignore-tags',
      platforms: 'platforms',
    }[key];
    return this.#entries.get(`${alias ?? ''}.${name}`) ?? this.#entries.get(name);
  }

  #complain(entry: SourceEntry, message: string): void {
    this.problems.push(this.#source.problem('bad-annotation', entry, message));
  }
}

/** As Go reads a flag; empty text counts as not set. */
function isFlag(text: string): boolean {
  return /^(?:|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(text);
}

/** `[alias=]image[:constraint]`, separated by commas; the alias ends at the first `=` before the image's own text. */
function listOf(text: string): ListedImage[] {
  return text.split(',').flatMap((part) => {
    const item = part.trim();
    if (item === '') return [];
    const named = /^([A-Za-z0-9][\w.-]*)=(.*)$/s.exec(item);
    return [{ alias: named?.[1], text: (named?.[2] ?? item).trim() }];
  });
}
