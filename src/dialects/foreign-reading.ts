import type { Problem, ProblemCode } from '../core/problem.ts';
import { fieldPointer } from '../fields/field.ts';
import type { FieldFact } from '../fields/model.ts';
import { objectsOf } from '../fields/objects.ts';
import type { ObjectHead, Reading } from '../fields/reading.ts';
import { keyText } from '../yaml/walk.ts';
import type { SourceEntry, SourceObject, SourcePlace } from './model.ts';

/** An object with the annotations and labels of one tool, and the image fields in it. */
export interface AnnotatedObject {
  readonly object: SourceObject;
  readonly annotations: readonly SourceEntry[];
  readonly labels: readonly SourceEntry[];
  readonly fields: readonly FieldFact[];
}

/** One file, as the readers of the dialects look at it. Its image fields are recognised before. */
export class ForeignReading {
  readonly reading: Reading;
  readonly file: string;
  readonly objects: readonly ObjectHead[];

  constructor(reading: Reading, file: string) {
    this.reading = reading;
    this.file = file;
    this.objects = objectsOf(reading);
  }

  /**
   * The objects that carry keys of a tool in `metadata.annotations` or `metadata.labels`, and a problem for each
   * such key that stands anywhere else: there it has no effect.
   */
  annotated(isOurs: (key: string) => boolean): {
    readonly objects: readonly AnnotatedObject[];
    readonly problems: readonly Problem[];
  } {
    const heads = new Map(this.objects.map((head) => [head.index, head]));
    const found = new Map<ObjectHead, { annotations: SourceEntry[]; labels: SourceEntry[] }>();
    const problems: Problem[] = [];
    for (let index = 0; index < this.reading.outline.nodes.length; index++) {
      const key = keyText(this.reading.outline, index);
      if (key === undefined || !isOurs(key)) continue;
      const owner = this.#owner(index);
      const head = heads.get(owner?.index ?? -1);
      if (owner === undefined || head === undefined) {
        const message = `${key} has no effect here. It belongs into metadata.annotations of the object itself, not of its pod template or anything else.`;
        problems.push(this.problem('bad-annotation', this.entry(index, key), message));
        continue;
      }
      const entries = found.get(head) ?? { annotations: [], labels: [] };
      entries[owner.map].push(this.entry(index, key));
      found.set(head, entries);
    }
    const objects = [...found].map(([head, entries]) => ({
      object: this.source(head),
      ...entries,
      fields: this.fieldsOf(head),
    }));
    return { objects, problems };
  }

  source(head: ObjectHead): SourceObject {
    const { apiVersion, kind, name, index } = head;
    const metadata = this.reading.child(index, 'metadata');
    const text = this.reading.text(
      metadata === undefined ? undefined : this.reading.textChild(metadata, 'namespace'),
    );
    const namespace = text === '' ? undefined : text;
    return { ...this.place(index), apiVersion, kind, name, namespace };
  }

  /** The image fields inside an object. */
  fieldsOf(head: ObjectHead): readonly FieldFact[] {
    const prefix = `${fieldPointer(this.reading, head.index)}/`;
    const { document } = this.reading.node(head.index);
    return this.reading.fields.filter(
      (field) => field.document === document && field.pointer.startsWith(prefix),
    );
  }

  /** A key with its text; the place is the key's. */
  entry(index: number, key: string): SourceEntry {
    const { keyStart } = this.reading.node(index);
    return {
      ...this.place(index),
      ...this.reading.at(keyStart),
      key,
      value: this.reading.text(index),
    };
  }

  place(index: number): SourcePlace {
    const { start, document } = this.reading.node(index);
    return { file: this.file, ...this.reading.at(start), document, pointer: this.reading.pointer(index) };
  }

  problem(
    code: ProblemCode,
    { line, column }: { readonly line: number; readonly column: number },
    message: string,
    policy?: string,
  ): Problem {
    return { code, file: this.file, line, column, message, ...(policy === undefined ? {} : { policy }) };
  }

  #owner(index: number): { readonly index: number; readonly map: 'annotations' | 'labels' } | undefined {
    const map = this.reading.node(index).parent;
    const metadata = map === -1 ? -1 : this.reading.node(map).parent;
    const name = map === -1 ? undefined : keyText(this.reading.outline, map);
    if (metadata === -1 || (name !== 'annotations' && name !== 'labels')) return undefined;
    if (keyText(this.reading.outline, metadata) !== 'metadata') return undefined;
    return { index: this.reading.node(metadata).parent, map: name };
  }
}
