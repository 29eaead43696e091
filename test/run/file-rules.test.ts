import { describe, expect, it } from 'vitest';
import { readFacts } from '../../src/fields/facts.ts';
import { bind } from '../../src/bindings/bind.ts';
import { collectPolicies } from '../../src/bindings/collect.ts';
import { FileRules } from '../../src/run/past/file-rules.ts';
import { deployment, policyFile } from '../scenarios/world.ts';

const file = 'prod/web.yaml';
const image = 'ghcr.io/acme/web';

function rules(text: string): FileRules {
  return new FileRules(readFacts(Buffer.from(text), 'yaml'));
}

function isSame(now: string, then: string): boolean {
  const facts = readFacts(Buffer.from(now), 'yaml');
  const files = [{ path: file, id: 'now', facts }];
  const { bindings } = bind(files, collectPolicies(files).policies, { policyRoots: [] });
  const binding = bindings.find(({ field }) => field.container === 'web');
  if (binding === undefined) throw new Error('nothing is bound');
  return FileRules.isSame(binding, new FileRules(facts), rules(then));
}

function annotated(policy: string, more = '', name = 'web'): string {
  const text = deployment(name, `${image}:1.0.0`);
  return text.replace(
    'metadata:\n',
    `metadata:\n    annotations: {tallyman.dev/policy: "${policy}"${more}}\n`,
  );
}

const workload = deployment('web', `${image}:1.0.0`);
const own = `${workload}---\n${policyFile('web', image, 'semver: "^1"')}`;
const other = policyFile('api', 'ghcr.io/acme/api', 'semver: "^1"');

describe('the rule of a field', () => {
  it.each([
    ['another value of the field', own, own.replace(':1.0.0', ':2.0.0')],
    ['a document put in before', own, `kind: ConfigMap\nmetadata: {name: x}\n---\n${own}`],
    ['another policy of the file', `${own}---\n${other}`, `${own}---\n${other.replace('^1', '*')}`],
    ['a comment', annotated('semver:^1'), `# by hand\n${annotated('semver:^1')}`],
    ['a hold', annotated('semver:^1', ', tallyman.dev/hold: "INC-7"'), annotated('semver:^1')],
    [
      'the annotation of another workload',
      `${annotated('semver:^1')}---\n${annotated('semver:^1', '', 'api')}`,
      `${annotated('semver:^1')}---\n${annotated('semver:*', '', 'api')}`,
    ],
    [
      'one annotation for all containers',
      annotated('semver:^2', ', tallyman.dev/policy.web: "semver:^1"'),
      annotated('semver:^1'),
    ],
  ])('is the same after a change of %s', (_, now, then) => {
    expect(isSame(now, then)).toBe(true);
  });

  it.each([
    ['the range', own, own.replace('^1', '*')],
    ['an exclusion', own, `${own}  exclude: ["1.5.0"]\n`],
    ['the name', own, own.replace('  name: web\n  annotations', '  name: old\n  annotations')],
    ['the annotation', annotated('semver:^1'), annotated('semver:*')],
    ['the name of the workload', annotated('semver:^1'), annotated('semver:^1', '', 'old')],
    [
      'the annotation of the container',
      annotated('semver:^1', ', tallyman.dev/policy.web: "semver:*"'),
      annotated('semver:^1'),
    ],
    ['where it stands', annotated('semver:^1'), own],
  ])('is another one after a change of %s', (_, now, then) => {
    expect(isSame(now, then)).toBe(false);
  });
});
