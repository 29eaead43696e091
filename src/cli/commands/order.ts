import { Failure } from '../../core/failure.ts';
import { longestReason, type HoldScope } from '../../release/hold-entry.ts';
import { oneLine } from '../../release/text.ts';
import { carryOut } from '../../run/orders/carry-out.ts';
import { overridable } from '../../run/orders/gates.ts';
import type { Drawn, Order, OrderResult, Scene } from '../../run/orders/model.ts';
import { RunMemory } from '../../run/run.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Answer } from '../answer.ts';
import { authorOf } from '../author.ts';
import { clean, cleanMessage } from '../clean.ts';
import type { CliContext } from '../context.ts';
import { withSession, type ConfigOptions } from '../session.ts';
import { paintDiff, type Style } from '../style.ts';
import { parseTime } from '../times.ts';
import type { Session, SessionRepository } from '../wiring.ts';
import { chooseRepository } from '../choose-repository.ts';

/** What the commands of a person share. */
export interface OrderOptions extends ConfigOptions {
  readonly policy: string | undefined;
  readonly reason: string;
  readonly author: string | undefined;
  readonly dryRun: boolean;
}

/** `hold` and `lift`: what is held. */
export interface ScopeOptions extends OrderOptions {
  readonly paths: readonly string[];
  readonly groups: readonly string[];
  readonly environments: readonly string[];
}

/** `tallyman hold`: what must not move, as an entry of `.tallyman/holds.yaml`. */
export async function holdCommand(
  options: ScopeOptions & { readonly until: string | undefined },
  context: CliContext,
): Promise<Answer> {
  const scope = scopeOf(options, 'hold');
  const now = context.now();
  const { until: asked } = options;
  const until =
    asked === undefined ? undefined : parseTime('--until', asked, { now, day: 'after', span: 'ahead' });
  const { drawHold } = await import('../../run/orders/hold.ts');
  return carry('hold', options, context, (order) => (scene) => drawHold({ ...order, scope, until }, scene));
}

/** `tallyman lift`: the end of holds, and of what was rejected by taking it back. */
export async function liftCommand(options: ScopeOptions, context: CliContext): Promise<Answer> {
  const scope = scopeOf(options, 'lift');
  const { drawLift } = await import('../../run/orders/lift.ts');
  return carry('lift', options, context, (order) => (scene) => drawLift({ ...order, scope }, scene));
}

export interface MoveOptions extends OrderOptions {
  readonly policy: string;
  readonly environment: string | undefined;
  readonly to: string | undefined;
  readonly overrides: readonly string[];
}

/** `tallyman rollback`: back to what the fields held before. */
export async function rollbackCommand(options: MoveOptions, context: CliContext): Promise<Answer> {
  const { policy, environment, to } = options;
  const overrides = overridesOf(options.overrides, ['hold']);
  const { drawRollback } = await import('../../run/orders/rollback.ts');
  return carry(
    'rollback',
    options,
    context,
    (order) => async (scene) => drawRollback({ ...order, policy, environment, to, overrides }, scene),
  );
}

/** `tallyman release`: one given existing tag. */
export async function releaseCommand(
  options: MoveOptions & { readonly to: string },
  context: CliContext,
): Promise<Answer> {
  const { policy, environment, to } = options;
  const overrides = overridesOf(options.overrides, overridable);
  const { drawRelease } = await import('../../run/orders/release.ts');
  return carry(
    'release',
    options,
    context,
    (order) => async (scene) => drawRelease({ ...order, policy, environment, to, overrides }, scene),
  );
}

/** `tallyman promote`: what the source of a promotion holds, without waiting until it soaked. */
export async function promoteCommand(options: Omit<MoveOptions, 'to'>, context: CliContext): Promise<Answer> {
  const { policy, environment } = options;
  const overrides = overridesOf(options.overrides, overridable);
  const { drawPromote } = await import('../../run/orders/promote.ts');
  return carry(
    'promote',
    options,
    context,
    (order) => async (scene) => drawPromote({ ...order, policy, environment, overrides }, scene),
  );
}

async function carry(
  verb: keyof typeof done,
  options: OrderOptions,
  context: CliContext,
  draw: (order: Order) => (scene: Scene) => Promise<Drawn>,
): Promise<Answer> {
  const reason = reasonOf(options);
  const order = { author: await authorOf(options.author, context), reason };
  const stop = new AbortController();
  const release = context.onSignal((signal) => {
    if (signal === 'stop') stop.abort();
  });
  try {
    return await withSession(options, context, async (session: Session) => {
      const chosen = await chooseRepository(session, options.policy, stop.signal);
      const { ports, settings } = chosen;
      const carried = { dryRun: options.dryRun, signal: stop.signal };
      const result = await carryOut(ports, settings, new RunMemory(), draw(order), carried);
      return answer(verb, chosen, result);
    });
  } finally {
    release();
  }
}

function reasonOf(options: OrderOptions): string {
  const reason = options.reason.trim();
  if (oneLine(reason) === '')
    throw new Failure('usage', '--reason is empty; say why, it stands in the commit.');
  if (reason.length <= longestReason) return reason;
  throw new Failure(
    'usage',
    `--reason has ${reason.length} characters, and ${longestReason} are the most; say it in short, and where the rest is told.`,
  );
}

function answer(verb: keyof typeof done, { settings }: SessionRepository, result: OrderResult): Answer {
  const { outcome, commits, ids, notes, snapshot, words } = result;
  return {
    exit: outcome === 'refused' ? 1 : 0,
    json: {
      repository: settings.repository,
      branch: snapshot.branch,
      outcome,
      notes,
      commits: commits.map(({ title, releases, diff, message }, index) => ({
        commit: ids[index] ?? null,
        title,
        releases,
        diff,
        message,
      })),
      ...(words === undefined ? {} : { refused: words }),
    },
    text: (style) => describe(verb, settings.repository, result, style),
  };
}

/** What was done, and what would be. */
const done = {
  hold: ['held', 'would hold'],
  lift: ['lifted', 'would lift'],
  rollback: ['rolled back', 'would roll back'],
  release: ['released', 'would release'],
  promote: ['promoted', 'would promote'],
} as const;

function describe(
  verb: keyof typeof done,
  repository: string,
  { outcome, commits, ids, notes, snapshot, words }: OrderResult,
  style: Style,
): string {
  const title = style.bold(`${repository} (${snapshot.branch})`);
  const [past, would] = done[verb];
  const what = { done: past, planned: would, unchanged: 'nothing to do', refused: `could not be ${past}` }[
    outcome
  ];
  const subject = commits[0] === undefined ? '' : ` ${clean(commits[0].title)}`;
  const bodies = commits.map(({ message, diff }, index) => {
    const id = ids[index];
    const head = message.split('\n', 1)[0] ?? '';
    return `  ${id === undefined ? '' : `${id.slice(0, 10)} `}${clean(head)}\n${paintDiff(diff, style)}`;
  });
  const said = notes.map((note) => `  ${clean(note)}\n`);
  const refused =
    words === undefined ? '' : `${style.red('refused')}: the remote said: ${cleanMessage(words)}\n`;
  return `${title}: ${what}${subject}\n${bodies.join('')}${said.join('')}${refused}`;
}

function scopeOf({ policy, paths, groups, environments }: ScopeOptions, command: string): HoldScope {
  const scope = { policies: policy === undefined ? [] : [policy], paths, groups, environments };
  if (Object.values(scope).some((list) => list.length > 0)) return scope;
  throw new Failure(
    'usage',
    `${command} needs a policy, or --group, --path or --environment. "tallyman ${command} --help" shows what there is.`,
  );
}

function overridesOf(given: readonly string[], known: readonly string[]): readonly string[] {
  const names = given.flatMap((list) => list.split(',').map((name) => name.trim()));
  const strange = names.find((name) => !known.includes(name));
  if (strange === undefined) return [...new Set(names)];
  const hint = didYouMean(strange, known) || `; what can be overridden is ${known.join(', ')}`;
  throw new Failure('usage', `--override "${strange}" is unknown here${hint}.`);
}
