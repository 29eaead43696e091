import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/election/decide.ts';
import type { ImageFacts, PromotionFacts } from '../../src/policy/election/decision.ts';
import { loadPolicy } from '../../src/policy/document/load.ts';
import type { Policy } from '../../src/policy/model.ts';
import { parseTagLines } from '../../src/policy/election/tag-lines.ts';
import { documentsOf } from './documents.ts';

const folder = new URL('../../policies/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));

describe('example policies', () => {
  it('are there for every kind that is carried out', () => {
    const kinds = names.map((name) => loaded(name).policy?.rule.kind);
    expect(new Set(kinds)).toEqual(
      new Set(['alphabetical', 'digest', 'glob', 'newest', 'numeric', 'promote', 'regex', 'semver']),
    );
  });

  it.each([
    'filterTags',
    'exclude',
    'paths',
    'schedule',
    'minAge',
    'platforms',
    'digest',
    'group',
    'onRevert',
    'hold',
  ])('are there for %s', (field) => {
    const specs = names.flatMap((name) => documentsOf(text(`${name}.yaml`)).map(({ value }) => value));
    expect(specs.filter((value) => field in (value as { spec: object }).spec)).not.toEqual([]);
  });

  it.each(names)('%s.yaml is valid and elects what it says', (name) => {
    const { policy, problems } = loaded(name);
    expect(problems).toEqual([]);
    expect(policy?.name).toBe(name);
    const promised = new RegExp(`^# Elects (\\S+) from samples/${name}\\.txt$`, 'm').exec(
      text(`${name}.yaml`),
    )?.[1];
    const facts = parseTagLines(text(`samples/${name}.txt`));
    if (policy === undefined || 'error' in facts) throw new Error(`${name} cannot be read`);
    const moments = momentsOf(name);
    expect(moments.map(({ at }) => electedAt(policy, facts, at))).toEqual(
      moments.map(({ stops }) => ({ elected: promised, stops })),
    );
  });

  it.each(names)('%s.yaml holds nothing but valid policies, of different names', (name) => {
    const all = documentsOf(text(`${name}.yaml`)).map((document) => loadPolicy(document, `${name}.yaml`));
    expect(all.flatMap(({ problems }) => problems)).toEqual([]);
    expect(new Set(all.map(({ policy }) => policy?.name)).size).toBe(all.length);
  });

  it.each(names)('%s.yaml has the two lines that keep synchronizers from applying it', (name) => {
    expect(text(`${name}.yaml`)).toMatch(/^# \+argocd:skip-file-rendering\n/);
    expect(text(`${name}.yaml`)).toContain("config.kubernetes.io/local-config: 'true'");
  });

  it('stand in the guide, each with its sample', () => {
    const guide = text('README.md');
    expect(names.filter((name) => !guide.includes(`(${name}.yaml)`))).toEqual([]);
    expect(readdirSync(new URL('samples/', folder)).toSorted()).toEqual(
      names.map((name) => `${name}.txt`).toSorted(),
    );
  });
});

interface Moment {
  readonly at: number;
  readonly stops: readonly string[];
}

/** What comments promise: `# At TIME, ...: stopped by GATE`; without any, a moment at which all sample tags are old. */
function momentsOf(name: string): readonly Moment[] {
  const lines = text(`${name}.yaml`).matchAll(/^# At (\S+), .*: stopped by (\w+)$/gm);
  const promised = [...lines].map(([, at = '', gate = '']) => ({
    at: Date.parse(at),
    stops: gate === 'nothing' ? [] : [gate],
  }));
  if (promised.length > 0) return promised;
  return [{ at: Date.parse('2027-01-05T10:00:00Z'), stops: name === 'careful' ? ['hold'] : [] }];
}

/** As `elect` does offline: the CREATED column is all that is known of a tag's age. */
function electedAt(policy: Policy, facts: ImageFacts, now: number) {
  const current = { tag: null, digest: null };
  const known = { ...facts, seen: facts.created };
  const input = {
    policy,
    current,
    facts: known,
    past: [],
    holds: [],
    wantsDigest: false,
    now: () => now,
    promotion: promotionOf(policy),
    offline: true,
  };
  const step = decide(input);
  if (!('decision' in step)) throw new Error(`${policy.name} asks for more than there is`);
  const { elected, gates } = step.decision;
  return { elected, stops: gates.map(({ gate }) => gate) };
}

/** What comments say that the source holds: `# While SOURCE holds TAG`. */
function promotionOf({ name, rule }: Policy): PromotionFacts | undefined {
  if (rule.kind !== 'promote') return undefined;
  const said = new RegExp(`^# While ${rule.from.policy} holds (\\S+)$`, 'm').exec(text(`${name}.yaml`))?.[1];
  return { offers: [{ tag: said ?? '', digest: null }], ranks: { [said ?? '']: 0 } };
}

function text(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

function loaded(name: string) {
  const [document] = documentsOf(text(`${name}.yaml`));
  if (document === undefined) throw new Error(`${name}.yaml holds no document`);
  return loadPolicy(document, `policies/${name}.yaml`);
}
