import { describe, expect, it } from 'vitest';
import { describeDecision } from '../../src/cli/explain-text.ts';
import { styleFor } from '../../src/cli/style.ts';
import { decide } from '../../src/policy/election/decide.ts';
import { inputOf, type Scene } from '../policy/inputs.ts';
import { json, tallyman } from './harness.ts';
import { House } from './house.ts';
import { policyFile } from '../scenarios/world.ts';

const style = styleFor(false, {});

function described(scene: Scene, limit: number): string {
  const input = inputOf(scene);
  const step = decide(input);
  if ('needs' in step) throw new Error('more is needed');
  return describeDecision(step.decision, input.policy, limit, style);
}

/** As many as there are, in equal parts: versions in and out of the range, other texts, signatures, and what is excluded. */
function mixed(count: number): string[] {
  const forms = [
    (index: number) => `1.${index % 1000}.${index}`,
    (index: number) => `9.0.${index}`,
    (index: number) => `main-${index}`,
    (index: number) => `sha256-${index.toString(16).padStart(64, 'a')}.sig`,
    (index: number) => `1.${index}.0-debug`,
  ];
  return Array.from({ length: count }, (_, index) => (forms[index % forms.length] ?? String)(index));
}

const policy = { exclude: ['*-debug'] };

describe('a decision in words', () => {
  it('of 100,000 tags fits on a page or two, near misses first, in a moment', () => {
    const before = performance.now();
    const text = described({ rule: 'semver:<8', policy, tags: mixed(100_000) }, 8);
    // It takes a tenth of a second; the bound only tells a list that grows faster than its tags.
    expect(performance.now() - before).toBeLessThan(5000);
    const lines = text.split('\n');
    expect(lines.length).toBeLessThan(60);
    expect(text.length).toBeLessThan(8000);
    const groups = lines.filter((line) => /^[a-z-]+ \(\d+\)/.test(line)).map((line) => line.split(':')[0]);
    expect(groups).toEqual([
      'outranked (19999)',
      'out-of-range (20000)',
      'unparsable (20000)',
      'excluded (20000)',
      'default-exclusion (20000)',
    ]);
    expect(lines[6]).toBe('  1.995.98995  1.995.99995 is better');
    expect(text).toContain('... 19991 more; --limit 19999 or -o json shows all');
  });

  it.each([
    ['none', 0, 0],
    ['two', 2, 2],
    ['all of the smallest', 4, 4],
    ['all', 1_000_000, 4],
  ])('shows %s of each rule with --limit', (_label, limit, shown) => {
    const text = described({ rule: 'semver:<8', policy, tags: mixed(25) }, limit);
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith('outranked (4)'));
    expect(lines.slice(at + 1, at + 1 + shown).every((line) => /^ {2}1\./.test(line))).toBe(true);
    expect(lines[at + 1 + shown]).toMatch(shown === 4 ? /^out-of-range/ : /^ {2}\.\.\. \d more/);
  });

  it('shows every tag of a list of any length, where it is told to', () => {
    const text = described({ rule: 'semver:<8', policy, tags: mixed(150_000) }, 1_000_000);
    expect(text.split('\n').length).toBeGreaterThan(150_000);
  });
});

describe('elect over 100,000 lines', () => {
  it('is short as text, and whole as JSON', async () => {
    const house = await House.open((image) => ({
      'policy.yaml': policyFile('web', image('web'), 'semver: "<8"'),
    }));
    try {
      const input = `${mixed(100_000).join('\n')}\n`;
      const run = (...more: string[]) =>
        tallyman(['elect', '--policy', 'policy.yaml', ...more], { directory: house.checkout, input });
      const short = await run('--limit', '1');
      expect(short.exit).toBe(0);
      expect(short.stdout.split('\n').length).toBeLessThan(30);
      const whole = json(await run('-o', 'json')) as { considered: number; dropped: readonly unknown[] };
      expect(whole.considered).toBe(100_000);
      expect(whole.dropped).toHaveLength(99_999);
    } finally {
      await house.close();
    }
  });
});
