import { createTwoFilesPatch } from 'diff';
import { serviceName } from '../release/history.ts';
import { renderMessage, type MessageRelease } from '../release/message.ts';
import type { CommitDraft } from '../git/repository.ts';
import { encode } from '../yaml/decode.ts';
import type { EditedGroup, FileText } from './edit-files.ts';
import type { FieldRelease } from './events.ts';
import type { Move } from './moves.ts';
import type { MoveSources } from './sources.ts';

/** One commit that a run would make, as a value that can be printed. */
export interface PlannedCommit {
  readonly title: string;
  readonly releases: readonly FieldRelease[];
  /** Unified diff of all its files. */
  readonly diff: string;
  readonly draft: CommitDraft;
}

interface ComposeContext {
  readonly branch: string;
  readonly environmentOf: (file: string) => { readonly name: string } | undefined;
  readonly sources: ReadonlyMap<Move, MoveSources>;
  /** Of the commit message; `undefined`: the default. */
  readonly template: string | undefined;
}

/** Turns a group's edits into a commit: diff, message and records. */
export function compose(group: EditedGroup, context: ComposeContext): PlannedCommit {
  const described: MessageRelease[] = [];
  const releases: FieldRelease[] = [];
  for (const move of group.moves) {
    const sources = context.sources.get(move);
    const release = toRelease(move, context);
    releases.push(release);
    described.push({
      record: toRecord(release, context.branch, sources?.to.revision ?? ''),
      file: release.file,
      line: release.line,
      source: sources?.to.source,
      fromRevision: sources?.from.revision,
    });
  }
  return {
    title: group.title,
    releases,
    diff: [...group.files].map(([file, text]) => unifiedDiff(file, text)).join(''),
    draft: {
      message: renderMessage({ title: group.title, releases: described }, context.template),
      changes: [...group.files].map(([path, { after }]) => ({ path, bytes: encode(after) })),
    },
  };
}

/** As `git diff` writes it, three lines of context. */
export function unifiedDiff(file: string, { before, after }: FileText): string {
  const patch = createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
    context: 3,
  });
  // The package begins with a line of its own that git's readers do not need.
  return patch.replace(/^=+\n/, '');
}

function toRelease(move: Move, context: ComposeContext): FieldRelease {
  const { binding, decision } = move;
  const environment = context.environmentOf(binding.file)?.name ?? '';
  return {
    policy: binding.policy.name,
    service: binding.policy.service ?? serviceName(binding.policy.name, environment),
    environment,
    field: binding.key,
    file: binding.file,
    line: binding.place.line,
    image: binding.policy.image.spelled,
    from: decision.current.tag ?? '',
    fromDigest: decision.current.digest ?? '',
    to: move.tag,
    digest: move.digest ?? '',
    reason: decision.reason,
  };
}

function toRecord(release: FieldRelease, branch: string, revision: string): MessageRelease['record'] {
  return {
    branch,
    env: release.environment,
    policy: release.policy,
    field: release.field,
    image: release.image,
    from: release.from,
    fromDigest: release.fromDigest,
    to: release.to,
    digest: release.digest,
    revision,
    intent: 'update',
  };
}
