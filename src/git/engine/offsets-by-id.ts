import type { ObjectId } from './object-id.ts';

/** Where the objects of a pack start. Few packs name a base by its id: nothing is put in order before one does. */
export class OffsetsById {
  /** What is not in `#byId` yet. */
  #ids: ObjectId[] = [];
  #offsets: number[] = [];
  readonly #byId = new Map<ObjectId, number>();

  add(id: ObjectId, offset: number): void {
    this.#ids.push(id);
    this.#offsets.push(offset);
  }

  get(id: ObjectId): number | undefined {
    for (const [row, id] of this.#ids.entries()) this.#byId.set(id, this.#offsets[row] ?? 0);
    this.#ids = [];
    this.#offsets = [];
    return this.#byId.get(id);
  }
}
