import { Failure } from '../../core/failure.ts';
import type { CommitDraft } from '../../git/repository.ts';
import type { Dropped } from '../../release/drop-hold.ts';
import { encode } from '../../yaml/decode.ts';
import { unifiedDiff } from '../edits/unified-diff.ts';
import { fileText } from './holds-text.ts';
import type { Scene } from './model.ts';

/** The files that a lift changes. */
export class LiftedFiles {
  readonly #scene: Scene;
  readonly #texts = new Map<string, { readonly before: string; readonly after: string }>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  get isEmpty(): boolean {
    return this.#texts.size === 0;
  }

  get diff(): string {
    return [...this.#texts].map(([file, text]) => unifiedDiff(file, text)).join('');
  }

  get changes(): CommitDraft['changes'] {
    return [...this.#texts].map(([path, { after }]) => ({ path, bytes: encode(after) }));
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const known = this.#texts.get(file);
    const before = known?.before ?? (await fileText(this.#scene.snapshot.tree, file));
    if (before === undefined) return;
    const after = change(known?.after ?? before);
    if (after !== (known?.after ?? before)) this.#texts.set(file, { before, after });
  }

  /**
   * @returns whether it was there
   * @throws Failure `invalid-input` where it is there and cannot be taken away
   */
  async drop(file: string, change: (text: string) => Dropped, what: string): Promise<boolean> {
    let isGone = false;
    await this.edit(file, (text) => {
      const dropped = change(text);
      if ('text' in dropped) {
        isGone = true;
        return dropped.text;
      }
      if (dropped.refused === 'it is not there') return text;
      const message = `The ${what} in ${file} cannot be taken away: ${dropped.refused}. Take it away by hand.`;
      throw new Failure('invalid-input', message, { file });
    });
    return isGone;
  }
}
