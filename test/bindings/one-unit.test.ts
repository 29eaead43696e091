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

describe('a policy that pins', () => {
  const pins = policy.replace('policy:', 'digest: pin, policy:');
  const keeps = policy;
  const mine = 'image: {repository: acme/web, tag: "1.0", digest: ""}'.replace('image:', 'image: &b');
  it.each([
    ['of a map that merges it in', `${mine}\nprod: {<<: *b, tag: "1.0"}\n`],
    [
      'of a map that merges it in, with a name of its own',
      `${mine}\nprod: {<<: *b, repository: acme/web, tag: "1.0"}\n`,
    ],
    [
      'that an alias repeats',
      `image: {repository: acme/web, tag: "1.0", digest: &d ""}\nprod: {repository: acme/web, tag: "1.0", digest: *d}\n`,
    ],
  ])('fills an empty digest with one release %s', (_, text) => {
    const files = { 'values.yaml': text, 'policy.yaml': pins };
    const { after, problems } = edited(files, { web: `acme/web:2.0@${digest}` });
    expect(problems).toEqual([]);
    expect(after['values.yaml']).toBe(text.replaceAll('"1.0"', '"2.0"').replace('""', `"${digest}"`));
    const again = { ...files, 'values.yaml': after['values.yaml'] ?? '' };
    expect(edited(again, { web: `acme/web:2.0@${digest}` })).toMatchObject({ edits: [], problems: [] });
    // Who keeps writes no digest where none stands.
    const kept = edited({ ...files, 'policy.yaml': keeps }, { web: 'acme/web:2.0' });
    expect(kept).toMatchObject({ problems: [], after: { 'values.yaml': text.replaceAll('"1.0"', '"2.0"') } });
  });

  it('says so where the empty digest is of another image', () => {
    const text =
      'base: &b {repository: acme/api, tag: "1.0", digest: ""}\nprod: {<<: *b, repository: acme/web, tag: "1.0"}\n';
    const files = { 'values.yaml': text, 'policy.yaml': pins };
    const { after, problems } = edited(files, { web: `acme/web:2.0@${digest}` });
    expect(after['values.yaml']).toBe(text);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('write digest: "" to begin with') as string,
    ]);
  });
});
