import { append } from '../../core/append.ts';
import type { Problem } from '../../core/problem.ts';
import type { CommitDraft } from '../../git/repository.ts';
import { compose, draftOf, type ComposeContext, type PlannedCommit } from './compose.ts';
import { FileEditor } from './edit-files.ts';
import type { FileTexts, PlannedGroup } from './plan-edits.ts';
import type { Ruler } from '../rule.ts';
import { readSources, registryProblem } from './sources.ts';

/** The commits of one push. */
export interface PushDraft {
  readonly commits: readonly PlannedCommit[];
  /** One for each of `commits`. */
  readonly drafts: readonly CommitDraft[];
  readonly problems: readonly Problem[];
}

interface ComposerOptions extends Omit<ComposeContext, 'sources'> {
  readonly ruler: Ruler;
  /** Images whose labels are read at the same time. */
  readonly concurrency: number;
}

/** More would make a push that no reviewer reads (product.md, 5). A group whose members move together is not cut for it. */
const mostCommits = 50;

/**
 * Makes the commits of a plan, one push after the other, so that the texts of a large plan are never all in memory. Each push goes on top
 * of those before it.
 */
export class Composer {
  readonly #options: ComposerOptions;
  readonly #editor: FileEditor;
  #waiting: readonly PlannedGroup[];

  constructor(groups: readonly PlannedGroup[], texts: FileTexts, options: ComposerOptions) {
    this.#waiting = groups;
    this.#editor = new FileEditor(texts);
    this.#options = options;
  }

  /** Whether nothing is left. */
  get isDone(): boolean {
    return this.#waiting.length === 0;
  }

  /** The next push. A group whose images cannot be read is left out, with a problem; without commits nothing is left. */
  async next(): Promise<PushDraft> {
    const commits: PlannedCommit[] = [];
    const drafts: CommitDraft[] = [];
    const problems: Problem[] = [];
    while (commits.length === 0 && !this.isDone) {
      const groups = this.#take();
      const sourced = await readSources(groups, this.#options);
      append(
        problems,
        sourced.failures.map(({ title, failure }) => registryProblem(title, failure)),
      );
      for (const group of sourced.groups) {
        const edited = this.#editor.edit(group);
        append(problems, edited.problems);
        for (const one of edited.commits) {
          const commit = compose(one, { ...this.#options, sources: sourced.sources });
          commits.push(commit);
          drafts.push(draftOf(one, commit));
        }
      }
    }
    return { commits, drafts, problems };
  }

  /**
   * All that is left, to be shown. Messages tell where the code of an image lives in the commits of the first push only: the registry is not asked
   * about thousands of images for a plan.
   */
  async show(): Promise<Omit<PushDraft, 'drafts'>> {
    const { commits, problems } = await this.next();
    const shown = [...commits];
    const found = [...problems];
    for (const group of this.#waiting) {
      const edited = this.#editor.edit(group);
      append(found, edited.problems);
      for (const one of edited.commits) shown.push(compose(one, { ...this.#options, sources: new Map() }));
    }
    this.#waiting = [];
    return { commits: shown, problems: found };
  }

  #take(): readonly PlannedGroup[] {
    let size = 0;
    let end = 0;
    for (const { parts } of this.#waiting) {
      if (end > 0 && size + parts.length > mostCommits) break;
      size += parts.length;
      end++;
    }
    const taken = this.#waiting.slice(0, end);
    this.#waiting = this.#waiting.slice(end);
    return taken;
  }
}
