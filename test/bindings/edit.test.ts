import { describe, expect, it } from 'vitest';
import { Lexer } from 'yaml';
import { applyFileEdits, planEdits } from '../../src/bindings/edits/edit.ts';
import { policy } from './manifests.ts';
import { one } from './one-field.ts';
import { edited } from './trees.ts';

const old = `sha256:${'1'.repeat(64)}`;
const next = `sha256:${'2'.repeat(64)}`;

describe('planEdits', () => {
  it.each([
    ['a reference', 'compose.yaml', `services: {a: {image: "acme/web:1@${old}"}}`],
    ['a tag field', 'values.yaml', `image: {repository: acme/web, tag: "1@${old}"}`],
    ['a digest field', 'values.yaml', `image: {repository: acme/web, tag: "1", digest: "${old}"}`],
  ])('does not leave or drop a digest of which the new one is not known: %s', (_, file, text) => {
    const planned = planEdits(one(file, text), { tag: '2', digest: null }, text);
    expect(planned).toEqual({
      problem: expect.objectContaining({
        code: 'refused-edit',
        file,
        policy: 'web',
        line: 1,
        message: expect.stringContaining('no digest of 2 is known') as string,
      }) as unknown,
    });
  });

  it('does not release without a digest where the policy pins', () => {
    const text = 'services: {a: {image: "acme/web:1"}}';
    expect(planEdits(one('compose.yaml', text, 'pin'), { tag: '2', digest: null }, text)).toHaveProperty(
      'problem',
    );
  });

  it('writes no digest where none stands and none is demanded', () => {
    const text = 'services: {a: {image: "acme/web:1"}}';
    const planned = planEdits(one('compose.yaml', text), { tag: '2', digest: next }, text);
    expect(planned).toEqual({
      edits: [
        {
          policy: 'web',
          field: 'image',
          file: 'compose.yaml',
          line: 1,
          column: 23,
          start: 22,
          end: 34,
          old: 'acme/web:1',
          new: 'acme/web:2',
          source: '"acme/web:2"',
        },
      ],
    });
  });

  it('keeps the spelling that a field has of the same repository', () => {
    const text = 'services: {a: {image: "docker.io/acme/web:1"}}';
    const binding = one('compose.yaml', text);
    for (const to of [{ tag: '2' }, { name: 'acme/web', tag: '2' }]) {
      expect(planEdits(binding, { ...to, digest: null }, text)).toMatchObject({
        edits: [{ new: 'docker.io/acme/web:2' }],
      });
    }
  });

  it('writes another name where one is given, if there is one value that takes it', () => {
    const kustomize = 'images: [{name: web, newName: acme/web, newTag: "1"}]';
    const to = { name: 'acme/next', tag: '2', digest: null };
    expect(planEdits(one('kustomization.yaml', kustomize), to, kustomize)).toMatchObject({
      edits: [
        { field: 'tag', new: '2' },
        { field: 'name', old: 'acme/web', new: 'acme/next' },
      ],
    });
    const split = 'image: {registry: docker.io, repository: acme/web, tag: "1"}';
    expect(planEdits(one('values.yaml', split), to, split)).toMatchObject({
      problem: { code: 'refused-edit', message: expect.stringContaining('acme/next') as string },
    });
  });

  const below = `    digest: "${next}"\n`;
  it.each([
    ['below its key', 'images:\n  - name: acme/web\n    newTag:\n      "1"\n', below],
    ['with a comment', 'images:\n  - name: acme/web\n    newTag:\n      "1" # v1\n', below],
    [
      'below a comment',
      'images:\n  - name: acme/web\n    newTag: # of CI\n      # and\n\n      "1"\n',
      below,
    ],
    ['with an anchor', 'images:\n  - name: acme/web\n    newTag: &t\n      "1"\n', below],
    ['with an anchor on its line', 'images:\n  - name: acme/web\n    newTag:\n      &t "1"\n', below],
    ['first in an item', 'images:\n  - newTag:\n      "1"\n    name: acme/web\n', below],
    [
      'with a key in quotes',
      'images:\n  - name: acme/web\n    \'newTag\' :\n      "1"\n',
      `    'digest' : "${next}"\n`,
    ],
    [
      'with carriage returns',
      'images:\r\n  - name: acme/web\r\n    newTag:\r\n      "1"\r\n',
      `    digest: "${next}"\r\n`,
    ],
  ])('inserts a digest below a tag on a line of its own: %s', (_, text, line) => {
    const files = { 'p.yaml': policy('web', 'acme/web', '  digest: pin\n'), 'kustomization.yaml': text };
    const { after, problems } = edited(files, { web: `acme/web:2@${next}` });
    const at = text.indexOf('\n', text.indexOf('"1"')) + 1;
    expect(problems).toEqual([]);
    expect(after['kustomization.yaml']).toBe(
      `${text.slice(0, at)}${line}${text.slice(at)}`.replace('"1"', '"2"'),
    );
    const again = { ...files, 'kustomization.yaml': after['kustomization.yaml'] ?? '' };
    expect(edited(again, { web: `acme/web:2@${next}` }).edits).toEqual([]);
  });

  it('pins a whole reference below its key', () => {
    const text = 'kind: Pod\ncontainers:\n  - image:\n      acme/web:1\n';
    const files = { 'p.yaml': policy('web', 'acme/web', '  digest: pin\n'), 'pod.yaml': text };
    const { after } = edited(files, { web: `acme/web:2@${next}` });
    expect(after['pod.yaml']).toBe(text.replace('acme/web:1', `acme/web:2@${next}`));
  });

  it('refuses to insert a digest where it cannot tell the place', () => {
    const text = 'images:\n- name: acme/web\n  ? newTag\n  : "1"\n';
    const planned = planEdits(one('kustomization.yaml', text, 'pin'), { tag: '2', digest: next }, text);
    expect(planned).toMatchObject({
      problem: {
        code: 'refused-edit',
        message: expect.stringContaining('write digest: "" below the tag to begin with') as string,
      },
    });
  });
});

describe('many fields of one file', () => {
  it.each([
    [
      'digests to insert',
      'kustomization.yaml',
      'images:\n',
      '- {name: ghcr.io/acme/web, newTag: "1"}\n',
      8000,
    ],
    [
      'aliases of one anchor',
      'pod.yaml',
      'kind: Pod\ncontainers:\n- image: &a ghcr.io/acme/web:1\n',
      '- image: *a\n',
      30_000,
    ],
  ])('are planned in linear time: %s', (_, file, head, line, count) => {
    const policyText = policy('web').replace('policy:', 'digest: pin\n  policy:');
    const files = { 'p.yaml': policyText, [file]: head + line.repeat(count) };
    const started = performance.now();
    const { edits, problems } = edited(files, { web: `ghcr.io/acme/web:2@${next}` });
    expect(performance.now() - started).toBeLessThan(6000);
    expect(problems).toEqual([]);
    const inserted = edits.filter(({ old }) => old === null);
    expect(edits.length - inserted.length).toBe(file === 'pod.yaml' ? 1 : count);
    for (const { line: at, column } of inserted.slice(-1)) expect([at, column]).toEqual([count + 1, 39]);
  });
});

function tokens(text: string): number {
  return Array.from(new Lexer().lex(text)).length;
}

describe('applyFileEdits', () => {
  const text = 'services: {a: {image: "acme/web:1"}}';
  const plan = () => {
    const planned = planEdits(one('compose.yaml', text), { tag: '2', digest: null }, text);
    return 'edits' in planned ? planned.edits : [];
  };

  // The scanner is unsure of the long form of a key, so that the parser counts.
  const pinned = '? a\n: b\nimages:\n- {name: acme/web, newTag: "1"}\n';
  const lines = Math.floor((999_999 - tokens(`${pinned}x:\n`)) / (tokens('#\n#\n') - tokens('#\n')));
  it.each([
    ['tokens', `x:\n${'#\n'.repeat(lines)}`, /it has more than 1000000 tokens of YAML/],
    ['bytes', `# ${'x'.repeat(8 * 2 ** 20 - pinned.length - 10)}\n`, /the file has \d+ bytes/],
  ])('says that a file would become too large, by its %s', (_, rest, why) => {
    const text = pinned + rest;
    const planned = planEdits(one('kustomization.yaml', pinned, 'pin'), { tag: '2', digest: next }, text);
    const { problem } = {
      problem: undefined,
      ...applyFileEdits(text, 'edits' in planned ? planned.edits : []),
    };
    expect(problem).toMatchObject({ code: 'refused-edit', file: 'kustomization.yaml', line: 4 });
    expect(problem?.message).toMatch(/^The file would become too large to be read: /);
    expect(problem?.message).toMatch(why);
  });

  it('gives no text where the proof fails', () => {
    const [edit] = plan();
    if (edit === undefined) throw new Error('no edit');
    for (const source of ['"acme/web:3"', '"acme/web:2", b: 1', '"acme/web:2', '{}']) {
      expect(applyFileEdits(text, [{ ...edit, source }])).toMatchObject({
        problem: { code: 'proof-failed', file: 'compose.yaml', line: 1, column: 23 },
      });
    }
    expect(applyFileEdits(text, [{ ...edit, end: 1000 }])).toMatchObject({
      problem: { code: 'proof-failed' },
    });
  });

  it('leaves JSON as JSON: what YAML takes as well is not good enough', () => {
    const json = '{"kind": "Pod", "containers": [{"image": "acme/web:1"}]}';
    const binding = one('pod.json', json);
    const planned = planEdits(binding, { tag: '2', digest: null }, json);
    const [edit] = 'edits' in planned ? planned.edits : [];
    if (edit === undefined) throw new Error('no edit');
    expect(applyFileEdits(json, [edit])).toEqual({ text: json.replace(':1', ':2') });
    expect(applyFileEdits(json, [{ ...edit, source: 'acme/web:2' }])).toMatchObject({
      problem: { code: 'proof-failed', message: expect.stringContaining('no JSON after the edit') as string },
    });
  });

  it('makes an edit once, however many ask for it', () => {
    expect(applyFileEdits(text, [...plan(), ...plan()])).toEqual({ text: text.replace(':1', ':2') });
  });

  it('makes none where two policies disagree', () => {
    const rivals = plan().map((edit) => ({
      ...edit,
      policy: 'other',
      new: 'acme/web:3',
      source: '"acme/web:3"',
    }));
    expect(applyFileEdits(text, [...plan(), ...rivals])).toMatchObject({
      problem: { code: 'ambiguous-binding' },
    });
  });
});
