import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markOrder } from '../../src/policy/election/mark-order.ts';
import type { ReleaseRecord } from '../../src/release/model.ts';
import { enoughClaims, type Newest } from '../../src/run/past/enough-claims.ts';
import { isBoundary, isMove } from '../../src/run/past/told.ts';
import { decided, policyOf } from '../policy/inputs.ts';

interface TestClaim {
  readonly record: ReleaseRecord;
  /** Whether the field really took that value. */
  readonly counts: boolean;
}

const orders = ['semver:*', 'semver:~1', 'semver:>=1.0.0-0', 'numeric:asc', 'numeric:desc'].concat([
  'alphabetical:asc',
  'alphabetical:desc',
  'glob:*1* order=semver',
  'regex:1 order=numeric',
]);
const tag = fc.constantFrom(
  '1.0',
  '1.0.0',
  'v1.0',
  '1.1',
  '1.2.0',
  '1.2.1',
  '2.0.0',
  '2.1-rc.1',
  '1',
  '2',
  '11',
  'main',
);
const intent = fc.oneof(
  { weight: 6, arbitrary: fc.constant('update' as const) },
  { weight: 2, arbitrary: fc.constantFrom('rollback' as const, 'release' as const, 'hold' as const) },
  { weight: 1, arbitrary: fc.constant('lift' as const) },
);
const claim = fc
  .record({ to: tag, digest: fc.constantFrom('', 'sha256:a', 'sha256:b'), intent, counts: fc.boolean() })
  .map(({ counts, ...record }): TestClaim => ({ record: { ...blank, ...record }, counts }));

const ofRun: Newest = { count: 1, are: isBoundary };
const blank: ReleaseRecord = {
  branch: 'main',
  env: '',
  policy: 'web',
  field: 'web.yaml#/image',
  image: 'ghcr.io/acme/web',
  from: '',
  fromDigest: '',
  to: '',
  digest: '',
  revision: '',
  intent: 'update',
};

describe('enoughClaims', () => {
  it('leads to the same decision as all records do, and tells the same newest ones', async () => {
    const scene = fc.record({
      rule: fc.constantFrom(...orders),
      claims: fc.array(claim, { maxLength: 40 }),
      tags: fc.uniqueArray(tag),
      current: tag,
      allowDowngrade: fc.boolean(),
      onRevert: fc.constantFrom('skip' as const, 'hold' as const),
      newest: fc.constantFrom(ofRun, { count: 1, are: isMove }, { count: 2, are: isMove }),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ rule, claims, tags, current, newest, ...policy }) => {
        const order = markOrder(policyOf(rule, policy), current);
        const enough = await enoughClaims(claims, order, newest, look);
        const digests = Object.fromEntries(tags.map((name) => [name, 'sha256:a']));
        const decide = (past: readonly string[]) =>
          decided({ rule, policy, tags, current, digests, past: [current, ...past] });
        expect(decide(pastOf(enough))).toEqual(decide(pastOf(claims)));
        expect(newestOf(enough, newest)).toEqual(newestOf(claims, newest));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['rising versions', (n: number) => `1.0.${n}`, 1],
    ['a step back over many versions', (n: number) => (n > 990 ? '1.0.1' : `1.0.${n}`), 2],
  ])('looks at few of a thousand: %s', async (_, version, most) => {
    const claims = Array.from({ length: 1000 }, (__, index) => counting(version(1000 - index)));
    const enough = await enoughClaims(claims, markOrder(policyOf('semver:*'), '1.0.1'), ofRun, look);
    expect(enough.length).toBe(most);
  });

  it('goes down from the highest version that nobody released', async () => {
    const forged = Array.from({ length: 50 }, (_, n) => ({ ...counting(`9.0.${n}`), counts: false }));
    const claims = [counting('1.0.3'), counting('1.0.2'), ...forged, counting('1.0.4'), counting('1.0.1')];
    const enough = await enoughClaims(claims, markOrder(policyOf('semver:*'), '1.0.3'), ofRun, look);
    expect(enough.filter(({ counts }) => counts).map(({ record }) => record.to)).toContain('1.0.4');
  });

  it('looks at all where a digest stood alone, or the order is not told by the tags', async () => {
    const claims = [counting('1.0.3'), counting('1.0.2'), counting('1.0.1'), counting('')];
    expect(await enoughClaims(claims, markOrder(policyOf('semver:*'), '1.0.3'), ofRun, look)).toEqual(claims);
    for (const rule of ['newest:*', 'digest:1.0', 'glob:*'])
      expect(markOrder(policyOf(rule), null)).toBeUndefined();
    // A value below the current one is only stopped by having been left.
    expect(markOrder(policyOf('semver:*', { allowDowngrade: true }), '1.0.3')).toBeUndefined();
  });
});

async function look(claims: readonly TestClaim[]): Promise<ReadonlySet<TestClaim>> {
  return new Set(claims.filter(({ counts }) => counts));
}

function counting(to: string): TestClaim {
  return { record: { ...blank, to }, counts: true };
}

/** What the field held since the last lift, as the records that count tell it. */
function pastOf(claims: readonly TestClaim[]): readonly string[] {
  return sinceLift(claims).map(({ record: { to, digest } }) => (digest === '' ? to : `${to}@${digest}`));
}

function newestOf(claims: readonly TestClaim[], { count, are }: Newest): readonly TestClaim[] {
  return sinceLift(claims)
    .filter(({ record }) => are(record))
    .slice(0, count);
}

function sinceLift(claims: readonly TestClaim[]): readonly TestClaim[] {
  const held = claims.filter(({ counts }) => counts);
  const lift = held.findIndex(({ record }) => record.intent === 'lift');
  return lift < 0 ? held : held.slice(0, lift);
}
