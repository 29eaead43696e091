import type { Binding } from '../../bindings/model.ts';
import { Failure } from '../../core/failure.ts';
import type { Problem } from '../../core/problem.ts';
import type { Digest } from '../../image/digest.ts';
import type { Tag } from '../../image/tag.ts';
import type { Intent } from '../../release/model.ts';
import { compose, draftOf } from '../edits/compose.ts';
import { FileEditor } from '../edits/edit-files.ts';
import type { Move } from '../edits/moves.ts';
import { planGroups } from '../edits/plan-edits.ts';
import { nameDigest } from '../past/digest-names.ts';
import { isDigestAlone } from '../past/record-holds.ts';
import { currentOf } from '../rule.ts';
import type { MoveSources } from '../edits/sources.ts';
import type { Drawn, Order, OrderedCommit, Scene } from './model.ts';

/** A field and the value that a person wants there. */
export interface OrderedMove {
  readonly binding: Binding;
  /** `null`: no record tells which version the digest is. */
  readonly tag: Tag | null;
  /** The digest is to stand alone, as it did. Default: beside its tag. */
  readonly isAlone?: boolean;
  /** The digest stood there as well, and is written whether or not one stands there now. */
  readonly isGiven?: boolean;
  readonly digest: Digest | null;
}

export interface MoveOrder extends Order {
  readonly intent: Extract<Intent, 'rollback' | 'release' | 'promote'>;
  /** Written into the commit's message behind the reason. */
  readonly lines: readonly string[];
}

/**
 * The commits that put values into fields by a person's order: all of them or none.
 * @throws Failure `invalid-input` where one cannot be edited, with its place
 */
export async function drawMoves(
  title: string,
  moves: readonly OrderedMove[],
  order: MoveOrder,
  scene: Scene,
): Promise<Drawn> {
  const { tree, branch } = scene.snapshot;
  const planned = await Promise.all(moves.map(async (move) => toMove(move, order, scene)));
  const { groups, texts, problems } = await planGroups([{ title, moves: planned }], tree);
  stopAt(problems);
  const editor = new FileEditor(texts);
  const { settings, environmentOf } = scene;
  const { template } = settings;
  const said = { intent: order.intent, remarks: [order.reason, ...order.lines] };
  const context = { branch, environmentOf, sources: new Map<Move, MoveSources>(), template, ...said };
  const commits: OrderedCommit[] = [];
  for (const group of groups) {
    const edited = editor.edit(group);
    stopAt(edited.problems);
    for (const one of edited.commits) {
      const commit = compose(one, context);
      commits.push({ ...commit, draft: { ...draftOf(one, commit), author: order.author } });
    }
  }
  return { commits, notes: [] };
}

async function toMove(
  { binding, tag, digest, isAlone = false, isGiven = false }: OrderedMove,
  { reason }: Order,
  { history }: Scene,
): Promise<Move> {
  const { policy } = binding;
  const held = currentOf(binding);
  const decision = {
    policy: policy.name,
    current: isDigestAlone(held) ? nameDigest(held, await history.names(binding)) : held,
    elected: tag,
    digest,
    reason,
    considered: 0,
    dropped: [],
    gates: [],
  };
  return { binding, decision, tag, digest, isAlone, isGiven };
}

function stopAt([first]: readonly Problem[]): void {
  if (first !== undefined) throw new Failure('invalid-input', first.message, first);
}
