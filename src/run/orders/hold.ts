import { Failure } from '../../core/failure.ts';
import { compileGlob } from '../../core/glob.ts';
import { didYouMean } from '../../core/nearest.ts';
import { formatPlace } from '../../core/position.ts';
import { addHold } from '../../release/edit-holds.ts';
import { mostHolds, type HoldScope } from '../../release/hold-entry.ts';
import { holdsPath } from '../../release/holds-file.ts';
import { encode } from '../../yaml/decode.ts';
import { unifiedDiff } from '../edits/unified-diff.ts';
import { holdsField } from '../prepare/holds.ts';
import { demandReadableHolds, fileText } from './holds-text.ts';
import type { Drawn, Order, Scene } from './model.ts';
import { mostRecords, orderMessage, stillRecord, stillRelease } from './subject.ts';

export interface HoldOrder extends Order {
  /** At least one list has something in it. */
  readonly scope: HoldScope;
  /** Milliseconds since the epoch; `undefined`: until it is lifted. */
  readonly until: number | undefined;
}

/** An entry in `.tallyman/holds.yaml` (product.md, 6.3). Asks no registry. */
export async function drawHold(order: HoldOrder, scene: Scene): Promise<Drawn> {
  const { scope, reason, author, until } = order;
  const { prepared, snapshot, now } = scene;
  demandReadableHolds(scene);
  demandKnown(scope, scene);
  demandGlobs(scope);
  if (until !== undefined && until <= now)
    throw new Failure('usage', 'The hold would be over before it begins: --until is in the past.');
  const held = prepared.holds.entries.find(
    ({ scope: known, hold }) => isSame(known, scope) && (hold.until === undefined || hold.until > now),
  );
  if (held !== undefined) {
    const note = `${describeScope(scope)} is held already, at ${formatPlace(held.place)}: ${held.hold.reason}. Lift that first to hold it anew.`;
    return { commits: [], notes: [note] };
  }
  if (prepared.holds.entries.length >= mostHolds)
    throw new Failure(
      'invalid-input',
      `${holdsPath} has ${mostHolds} entries, and more are not read; lift some of them.`,
    );
  const before = await fileText(snapshot.tree, holdsPath);
  const by = `${author.name} <${author.email}>`;
  const after = addHold(before, { scope, reason, by, since: now, until });
  const bound = prepared.bindings.filter((binding) => holdsField(scope, binding, scene.environmentOf));
  const told = bound.slice(0, mostRecords);
  const lines = [
    ...(until === undefined ? [] : [`Until ${new Date(until).toISOString().replace('.000Z', 'Z')}.`]),
    `Holds ${bound.length} image field${bound.length === 1 ? '' : 's'}${bound.length > told.length ? `; the first ${told.length} are recorded here` : ''}.`,
  ];
  const records = told.map((binding) => stillRecord(scene, binding, 'hold'));
  const message = orderMessage('hold', describeScope(scope), reason, lines, records);
  const change = { path: holdsPath, bytes: encode(after), create: before === undefined };
  const commit = {
    title: describeScope(scope),
    releases: told.map((binding) => stillRelease(scene, binding, reason)),
    diff: unifiedDiff(holdsPath, { before: before ?? '', after }),
    message,
    draft: { changes: [change], message, author },
  };
  return { commits: [commit], notes: bound.length === 0 ? ['No image field is covered by it now.'] : [] };
}

/** `web`, `web in prod`, `clusters/prod`. */
export function describeScope({ policies, groups, paths, environments }: HoldScope): string {
  const what = [...policies, ...groups.map((group) => `group ${group}`), ...paths].join(', ');
  const where = environments.join(', ');
  if (what === '') return where;
  return where === '' ? what : `${what} in ${where}`;
}

export function isSame(a: HoldScope, b: HoldScope): boolean {
  return (['policies', 'groups', 'paths', 'environments'] as const).every(
    (list) => a[list].toSorted().join('\n') === b[list].toSorted().join('\n'),
  );
}

function demandGlobs({ paths }: HoldScope): void {
  for (const path of paths) {
    const glob = compileGlob(path, 'path');
    if ('error' in glob)
      throw new Failure('usage', `--path "${path}" is no path and no glob: ${glob.error}.`);
  }
}

/** A hold on a name that is nowhere holds nothing. */
function demandKnown({ policies, groups, environments }: HoldScope, { prepared, settings }: Scene): void {
  const names = [
    ...prepared.policies.map(({ name }): string => name),
    // One that cannot be used now may be put right tomorrow.
    ...prepared.problems.flatMap(({ policy }) => policy ?? []),
  ];
  const known = {
    policy: names,
    group: prepared.policies.flatMap(({ group }) => group ?? []),
    environment: settings.environments.map(({ name }) => name),
  };
  const asked = { policy: policies, group: groups, environment: environments };
  for (const kind of ['policy', 'group', 'environment'] as const) {
    const strange = asked[kind].find((name) => !known[kind].includes(name));
    if (strange === undefined) continue;
    const hint = didYouMean(strange, known[kind]);
    throw new Failure('invalid-input', `There is no ${kind} "${strange}"${hint}.`);
  }
}
