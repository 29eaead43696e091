import { append } from '../../core/append.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../core/problem.ts';
import type { FieldFact } from '../../fields/model.ts';
import type { Hold } from '../../policy/model.ts';
import type { AnnotatedObject, ForeignReading } from '../foreign-reading.ts';
import { imageOf, makePolicy } from '../make-policy.ts';
import type { ForeignFile, ForeignPolicy, SourceEntry } from '../model.ts';
import { flux1Key, type Flux1Key } from './keys.ts';
import { mappedImages, type MappedImages } from './mapped.ts';
import { readFlux1Pattern } from './pattern.ts';

/**
 * Reads the annotations of Flux v1 on workloads and HelmReleases: one policy for each container that a workload has. A workload
 * that Flux would not touch (not automated, locked, ignored) gives held policies, so that its filters are not lost.
 */
export function readFlux1(source: ForeignReading): ForeignFile {
  const { objects, problems } = source.annotated((key) => flux1Key(key) !== undefined);
  const policies: ForeignPolicy[] = [];
  const all = [...problems];
  for (const object of objects) {
    const read = new Flux1Workload(source, object);
    append(policies, read.policies());
    append(all, read.problems);
  }
  return { policies, problems: all };
}

interface KeyedEntry {
  readonly entry: SourceEntry;
  readonly key: Flux1Key;
}

class Flux1Workload {
  readonly problems: Problem[] = [];
  readonly #source: ForeignReading;
  readonly #workload: AnnotatedObject;
  readonly #entries: readonly KeyedEntry[];
  readonly #mapped: MappedImages;

  constructor(source: ForeignReading, workload: AnnotatedObject) {
    this.#source = source;
    this.#workload = workload;
    this.#entries = workload.annotations.flatMap((entry) => {
      const key = flux1Key(entry.key);
      return key === undefined ? [] : [{ entry, key }];
    });
    this.#mapped = mappedImages(source, workload.object, this.#entries);
  }

  policies(): ForeignPolicy[] {
    const containers = this.#containers();
    const broken = this.#check(new Set(containers.keys()));
    // Alone, `ignore`, `locked` and the bookkeeping opt nothing in.
    if (
      !this.#entries.some(({ key: { kind } }) => kind === 'automated' || kind === 'tag' || kind === 'tag_all')
    )
      return [];
    const hold = this.#hold();
    return [...containers].map(([container, field]) => this.#policy(container, field, hold, broken));
  }

  /** By name; of a HelmRelease, the names that annotations give to the images in its values, else Flux v1 itself. */
  #containers(): ReadonlyMap<string, FieldFact> {
    const containers = new Map(this.#mapped.fields);
    const mapped = new Set([...containers.values()].map(({ pointer }) => pointer));
    for (const field of this.#workload.fields) {
      if (mapped.has(field.pointer)) continue;
      const name = field.kind === 'helm' ? chartContainer(field.pointer) : field.container;
      if (name !== undefined && name !== '' && !containers.has(name)) containers.set(name, field);
    }
    return containers;
  }

  /** @returns whether something is wrong that may have been meant to stop the workload */
  #check(containers: ReadonlySet<string>): boolean {
    let broken = false;
    const { name } = this.#workload.object;
    for (const { entry, key } of this.#entries) {
      if (key.kind === 'unknown') {
        const near = key.near === undefined ? '' : ` (did you mean "${key.near}"?)`;
        this.#complain('bad-annotation', entry, `${entry.key} is no annotation of Flux v1${near}.`);
        broken = true;
      } else if (key.kind === 'tag' && !containers.has(key.container)) {
        const near = didYouMean(key.container, containers);
        this.#complain('bad-annotation', entry, `${name} has no container "${key.container}"${near}.`);
        broken = true;
      }
    }
    for (const { entry, message } of this.#mapped.wrong) {
      this.#complain('bad-annotation', entry, message);
      broken = true;
    }
    return broken;
  }

  #policy(container: string, field: FieldFact, hold: Hold | undefined, broken: boolean): ForeignPolicy {
    const { object } = this.#workload;
    const name = `${object.name}/${container}`;
    const entries = this.#entries
      .filter(({ key }) => key.kind !== 'tag' || key.container === container)
      .map(({ entry }) => entry);
    const filter = this.#filter(container);
    const read = readFlux1Pattern(filter?.value ?? 'glob:*');
    const image = imageOf(field.name);
    const problems: Problem[] = [];
    if ('error' in read && filter !== undefined) {
      const message = `${filter.key}: ${read.error}. Flux v1 would let it match every tag; here it elects nothing.`;
      problems.push(this.#source.problem('bad-annotation', filter, message, name));
    }
    if (image === undefined) {
      const message = `The image of container "${container}" cannot be read.`;
      problems.push(this.#source.problem('bad-field', field, message, name));
    }
    const known = { dialect: 'flux1', name, problems, object, entries, field } as const;
    if ('error' in read || image === undefined || broken) return { ...known, policy: undefined };
    const { rule, excludePatterns } = read;
    const place = filter ?? entries[0] ?? object;
    return { ...known, policy: makePolicy('flux1', name, place, image, rule, { excludePatterns, hold }) };
  }

  #filter(container: string): SourceEntry | undefined {
    const own = this.#entries.find(({ key }) => key.kind === 'tag' && key.container === container);
    return (own ?? this.#entries.find(({ key }) => key.kind === 'tag_all'))?.entry;
  }

  #hold(): Hold | undefined {
    const value = (kind: Flux1Key['kind']): string | undefined =>
      this.#entries.find(({ key }) => key.kind === kind)?.entry.value;
    const held = (reason: string): Hold => ({ reason, by: value('locked_user') ?? '', until: undefined });
    // Flux v1 takes the exact text "true", nothing else.
    if (value('locked') === 'true') return held(value('locked_msg') ?? 'locked in Flux v1');
    if (value('ignore') === 'true') return held('ignored by Flux v1');
    return value('automated') === 'true' ? undefined : held('not automated in Flux v1');
  }

  #complain(code: 'bad-annotation', entry: SourceEntry, message: string): void {
    this.problems.push(this.#source.problem(code, entry, message));
  }
}

/** `chart-image` for an image at the top of `spec.values`, the key for one level down; deeper ones Flux v1 does not see. */
function chartContainer(pointer: string): string | undefined {
  const steps = /^\d*(?:\/items\/\d+)?\/spec\/values\/(.+)$/.exec(pointer)?.[1]?.split('/') ?? [];
  const last = steps.at(-1);
  const folder = steps.slice(0, last === 'image' ? -1 : steps.at(-2) === 'image' ? -2 : -1);
  if (folder.length === 0) return steps.length === 0 ? undefined : 'chart-image';
  return folder.length === 1 ? folder[0] : undefined;
}
