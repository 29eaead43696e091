import { describe, expect, it } from 'vitest';
import { edited } from './trees.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const base = 'a:\n  repository: acme/web\n  tag: &t "1.0" # {"$tallyman": "web:tag"}\n';
const policy =
  'apiVersion: tallyman.dev/v1\nkind: ImagePolicy\nmetadata: {name: web}\nspec: {image: acme/web, policy: {semver: "*"}}\n';

describe('a tag that an alias repeats', () => {
  it.each([
    [
      'beside a digest of its own',
      `sha: {image: {repository: acme/web, tag: *t, digest: "${digest}"}}\n`,
      /has a digest of its own/,
    ],
    [
      'beside a digest that cannot be edited',
      'sha: {image: {repository: acme/web, tag: *t, digest: "${DIGEST}"}}\n',
      /./,
    ],
  ])('does not move %s', (_, user, words) => {
    const files = { 'values.yaml': `${base}${user}`, 'elsewhere/policy.yaml': policy };
    const { after, problems } = edited(files, { web: 'acme/web:2.0' });
    expect(after['values.yaml']).toBe(files['values.yaml']);
    expect(problems.map(({ code }) => code)).toContain('refused-edit');
    expect(problems.map(({ message }) => message).join('\n')).toMatch(words);
  });

  it('moves where nothing of the other stays', () => {
    const files = {
      'values.yaml': `${base}sha: {image: {repository: acme/web, tag: *t}}\n`,
      'elsewhere/policy.yaml': policy,
    };
    const { after } = edited(files, { web: 'acme/web:2.0' });
    expect(after['values.yaml']).toBe(files['values.yaml'].replace('"1.0"', '"2.0"'));
  });
});
