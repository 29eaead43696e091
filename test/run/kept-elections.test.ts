import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSettings } from '../../src/cli/run-settings.ts';
import type { Decision } from '../../src/policy/election/decision.ts';
import { compileScreen } from '../../src/policy/election/candidates.ts';
import { textRanking } from '../../src/policy/election/order.ts';
import type { Tag } from '../../src/image/tag.ts';
import { KeptElections } from '../../src/run/kept-elections.ts';
import type { RunPlan } from '../../src/run/plan.ts';
import { FactsCache } from '../../src/run/prepare/facts-cache.ts';
import { prepare } from '../../src/run/prepare/prepare.ts';
import type { EnvironmentPaths } from '../../src/run/settings.ts';
import { memoryTree } from '../../src/tree/memory-tree.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { begin, Process, World } from './process.ts';

const hour = 3_600_000;

/** Everything that a plan says, traces included. */
function told({ rulings, problems, stops, pending }: RunPlan): unknown {
  return {
    rulings: rulings.map((ruling) => [
      ruling.binding.key,
      'failure' in ruling
        ? ruling.failure.message
        : { ...ruling.decision, dropped: ruling.decision.dropped, keptBack: ruling.decision.keptBack },
    ]),
    problems,
    stops: [...stops],
    pending,
  };
}

function decisionsOf({ rulings }: RunPlan): ReadonlyMap<string, Decision> {
  return new Map(
    rulings.flatMap((ruling) => ('decision' in ruling ? [[ruling.binding.key, ruling.decision]] : [])),
  );
}

const image = (name: string): string => `registry.test/acme/${name}`;
const names = ['web', 'api'] as const;
const policyPath = (name: string): string => `${name}.policy.yaml`;
const filePaths = ['prod/web.yaml', 'prod/more.yaml', 'dev/web.yaml', 'dev/api.yaml'];
const nameOf = (path: string): string => (path.endsWith('api.yaml') ? 'api' : 'web');

const rules = [
  'semver: "^1"',
  'semver: ">=1.1"',
  'alphabetical: {order: asc}',
  'numeric: {order: asc}',
  'glob: "1.*"',
  'semver: {range: "*", strict: true}',
];
const demands = [
  '',
  '  hold: {reason: fair, until: "2026-11-21T12:00:00Z"}\n',
  '  hold: {reason: fair}\n',
  '  schedule: {allow: ["* 9-10 * * *"]}\n',
  '  minAge: 2h\n',
  '  exclude: ["1.2.*"]\n',
  '  digest: pin\n',
  '  filterTags: {pattern: "^(1|2)[.]"}\n',
  '  onRevert: hold\n  allowDowngrade: true\n',
  '  group: stack\n',
];
const holds = [
  undefined,
  'holds:\n  - {policies: [web], reason: fair}\n',
  'holds:\n  - {paths: ["prod/**"], reason: fair, until: "2026-11-21T11:00:00Z"}\n',
  'holds: [broken\n',
];
const prod = { name: 'prod', paths: ['prod/**'], paused: false, freezes: [] };
const freeze = { from: begin + hour, until: begin + 3 * hour, reason: 'year end' };
const environments: readonly (readonly EnvironmentPaths[])[] = [
  [],
  [prod],
  [{ ...prod, paused: true }],
  [{ ...prod, freezes: [freeze] }],
  [{ ...prod, rules: { tags: '^1[.][01]', minAge: hour } }],
];
const tagLists = [
  ['1.0.0'],
  ['1.1.0'],
  ['1.0.0', '1.1.0'],
  ['1.0.0', '1.2.3'],
  ['1.1.0', '1.0.0'],
  ['1.0.0', '1.1.0', '1.2.3', 'latest', 'broken tag', '1.1.0.sig'],
  ['7', '12', '2.0.0', '1.0.0'],
  [],
];

/** One thing that changes between two plans. */
type Change = (world: World) => void;

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Change>(() => undefined) },
  fc.constantFrom(hour / 4, hour, 2 * hour, -hour).map(
    (by): Change =>
      (world) =>
        void (world.now += by),
  ),
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(...tagLists)).map(
    ([name, tags]): Change =>
      (world) =>
        void (world.tags[image(name)] = [...tags]),
  ),
  fc.constantFrom(...names).map((name): Change => (world) => {
    if (!world.down.delete(image(name))) world.down.add(image(name));
  }),
  fc.constant<Change>((world) => void world.moved++),
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...rules), fc.constantFrom(...demands))
    .map(([name, rule, more]) => write(policyPath(name), policyFile(name, image(name), rule, more))),
  fc
    .tuple(fc.constantFrom(...filePaths), fc.constantFrom('1.0.0', '1.1.0', '1.2.3', 'latest', 'main-7'))
    .map(([path, tag]) => write(path, deployment('x', `${image(nameOf(path))}:${tag}`))),
  fc.constantFrom(...holds).map((text) => write('.tallyman/holds.yaml', text)),
  fc.constantFrom(...environments).map(
    (some): Change =>
      (world) =>
        void (world.environments = some),
  ),
);

function write(path: string, text: string | undefined): Change {
  return (world) => {
    const { [path]: _, ...others } = world.files;
    world.files = text === undefined ? others : { ...others, [path]: text };
  };
}

function open(more = ''): World {
  const world = new World();
  for (const name of names) {
    world.tags[image(name)] = ['1.0.0', '0.9.0'];
    world.files[policyPath(name)] = policyFile(name, image(name), 'semver: "^1"', more);
  }
  for (const path of filePaths) world.files[path] = deployment('x', `${image(nameOf(path))}:1.0.0`);
  return world;
}

const later: Change = (world) => void (world.now += 60_000);

describe('elections that are kept', () => {
  it('are those that a process would make which has just started, whatever changes in between', async () => {
    let reused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 4, maxLength: 12 }), async (changes) => {
        const world = open();
        const [kept, fresh] = [new Process(world), new Process(world, false)];
        let before: ReadonlyMap<string, Decision> = new Map();
        for (const one of changes) {
          one(world);
          const [mine, other] = [await kept.plan(), await fresh.plan()];
          expect(told(mine)).toEqual(told(other));
          const decisions = decisionsOf(mine);
          for (const [key, decision] of decisions) if (before.get(key) === decision) reused++;
          before = decisions;
        }
        // What is not asked for leaves no trace in the state store either.
        expect(kept.requests).toEqual(fresh.requests);
      }),
      { seed: 5, numRuns: 80 },
    );
    // Or nothing was tested.
    expect(reused).toBeGreaterThan(300);
  }, 60_000);

  /** How many of the four fields are decided anew after a change. */
  async function anewAfter(change: Change, more?: string): Promise<number> {
    const world = open(more);
    const process = new Process(world);
    const before = decisionsOf(await process.plan());
    change(world);
    const after = decisionsOf(await process.plan());
    return [...after].filter(([key, decision]) => before.get(key) !== decision).length;
  }

  it.each<[string, Change, string, number]>([
    ['nothing', () => undefined, '', 0],
    ['the time', later, '', 0],
    ['the time, where a hold does not end', later, '  hold: {reason: fair}\n', 0],
    ['the time, where a hold ends', later, '  hold: {reason: fair, until: "2027-01-01T00:00:00Z"}\n', 4],
    ['the time, where a schedule counts', later, '  schedule: {allow: ["* * * * *"]}\n', 4],
    ['the time, where minAge has nothing to look at', later, '  minAge: 2h\n', 0],
    ['nothing, where digests are asked for', () => undefined, '  digest: pin\n', 4],
    ['a tag of one image', (world) => void (world.tags[image('api')] = ['1.0.0', '0.8.0']), '', 1],
    ['the order of tags', (world) => void (world.tags[image('api')] = ['0.9.0', '1.0.0']), '', 1],
    ['one file', write('dev/web.yaml', deployment('x', `${image('web')}:0.9.0`)), '', 1],
    ['holds on some of the fields', write('.tallyman/holds.yaml', holds[2]), '', 2],
    [
      'a freeze for some of the fields',
      (world) => void (world.environments = [{ ...prod, freezes: [freeze] }]),
      '',
      4,
    ],
  ])('are made anew for what %s changes', async (_, changed, more, anew) => {
    expect(await anewAfter(changed, more)).toBe(anew);
  });

  it('are made anew under other rules of the environment, whatever stays', async () => {
    const files = {
      'a.yaml': deployment('x', 'registry.test/web:1.0.0'),
      'p.yaml': policyFile('web', 'registry.test/web', 'semver: "^1"'),
    };
    const { bindings } = await prepare(memoryTree(files), plainSettings, new FactsCache());
    const kept = new KeptElections();
    const gates = bindings.flatMap((binding) =>
      environments.map(([environment]) => {
        const asked = { binding, environment, tags: kept.lists.share(binding.policy.image.repository, []) };
        return kept.decide(asked, begin + hour, () => '')?.gates.map(({ gate }) => gate);
      }),
    );
    expect(gates).toEqual([[], [], ['paused'], ['freeze'], []]);
  });

  it.each([
    ['a long list is held with them', 1000, false],
    ['a short list is not', 999, true],
  ])('what was read of %s', async (_, length, isReadAnew) => {
    const { bindings } = await prepare(
      memoryTree({
        'a.yaml': deployment('x', 'registry.test/web:1.0.0'),
        'p.yaml': policyFile('web', 'registry.test/web', 'alphabetical: {order: asc}'),
      }),
      plainSettings,
      new FactsCache(),
    );
    const [binding] = bindings;
    if (binding === undefined) throw new Error('nothing is bound');
    const { policy } = binding;
    const kept = new KeptElections();
    const list = Array.from({ length }, (_tag, index) => `v${index}`) as readonly string[] as readonly Tag[];
    const tags = (): readonly Tag[] => kept.lists.share(policy.image.repository, list);
    for (let cycle = 0; cycle < 4; cycle++) {
      kept.decide({ binding, environment: undefined, tags: tags() }, begin, () => '');
      kept.turn();
    }
    const screen = compileScreen(policy);
    const read: string[] = [];
    const watching = { ...screen, judge: (tag: string) => (read.push(tag), screen.judge(tag)) };
    kept.readings.read(policy, null, list, watching, textRanking(policy.rule));
    expect(read).toEqual(isReadAnew ? list : []);
  });

  it('follow a list that changes while it is held', async () => {
    const world = open();
    const process = new Process(world);
    const list = ['1.0.0'];
    world.tags[image('api')] = list;
    await process.plan();
    list.push('1.3.0');
    const decisions = decisionsOf(await process.plan());
    expect(decisions.get('dev/api.yaml#/spec/template/spec/containers/0/image')?.elected).toBe('1.3.0');
  });
});
