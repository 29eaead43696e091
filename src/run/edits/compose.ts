import type { Intent } from '../../release/model.ts';
import { renderMessage, type MessageRelease } from '../../release/message.ts';
import type { CommitDraft } from '../../git/repository.ts';
import { encode } from '../../yaml/decode.ts';
import type { EditedCommit } from './edit-files.ts';
import type { FieldRelease } from '../events.ts';
import { fieldRelease, type EnvironmentOf } from './field-release.ts';
import type { Move } from './moves.ts';
import type { MoveSources } from './sources.ts';
import { unifiedDiff } from './unified-diff.ts';

/** One commit that a run would make, as a value that can be printed. */
export interface PlannedCommit {
  readonly title: string;
  readonly releases: readonly FieldRelease[];
  /** Unified diff of all its files. */
  readonly diff: string;
  readonly message: string;
}

export interface ComposeContext {
  readonly branch: string;
  readonly environmentOf: EnvironmentOf;
  readonly sources: ReadonlyMap<Move, MoveSources>;
  /** Of the commit message; `undefined`: the default. */
  readonly template: string | undefined;
  /** Default: `update`, or `promote` for a policy of that kind. */
  readonly intent?: Intent;
  /** Lines for people behind the changes: why a person ordered it. Default none. */
  readonly remarks?: readonly string[];
}

/** Turns edits into a commit: diff, message and records. */
export function compose(edited: EditedCommit, context: ComposeContext): PlannedCommit {
  const described: MessageRelease[] = [];
  const releases: FieldRelease[] = [];
  for (const move of edited.moves) {
    const sources = context.sources.get(move);
    const release = fieldRelease(move, context.environmentOf);
    releases.push(release);
    described.push({
      record: toRecord(release, context, move, sources?.to.revision ?? ''),
      file: release.file,
      line: release.line,
      source: sources?.to.source,
      fromRevision: sources?.from.revision,
    });
  }
  return {
    title: edited.title,
    releases,
    diff: [...edited.files].map(([file, text]) => unifiedDiff(file, text)).join(''),
    message: renderMessage(
      { title: edited.title, releases: described, remarks: context.remarks },
      context.template,
    ),
  };
}

/** What is handed to the repository: whole files. */
export function draftOf({ files }: EditedCommit, { message }: PlannedCommit): CommitDraft {
  return { message, changes: [...files].map(([path, { after }]) => ({ path, bytes: encode(after) })) };
}

function toRecord(
  release: FieldRelease,
  { branch, intent }: ComposeContext,
  { binding }: Move,
  revision: string,
): MessageRelease['record'] {
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
    ...(intent === 'promote' ? { ordered: true as const } : {}),
    intent: intent ?? (binding.policy.rule.kind === 'promote' ? 'promote' : 'update'),
  };
}
