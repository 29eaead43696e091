import { describe, expect, it } from 'vitest';
import { nameClass } from '../../src/fields/name-class.ts';
import { lostReferences } from '../../src/lint/lost-references.ts';
import { readLintFacts } from '../../src/lint/read.ts';
import { encode } from '../../src/yaml/decode.ts';
import type { Files } from '../bindings/trees.ts';

function look(files: Files, links: readonly string[] = []): { places: string[]; messages: string[] } {
  const linted = Object.entries(files).map(([path, text]) => ({
    path,
    policies: [],
    facts: readLintFacts(encode(text), nameClass(path)),
  }));
  const entries = [
    ...Object.keys(files).map((path) => ({ path, mode: 'file' })),
    ...links.map((path) => ({ path, mode: 'symlink' })),
  ];
  const advice = lostReferences(linted, entries);
  return {
    places: advice.map(({ file, line, column }) => `${file}:${line}:${column}`),
    messages: advice.map(({ message }) => message),
  };
}

const base = { 'base/kustomization.yaml': 'resources: [pod.yaml]\n', 'base/pod.yaml': 'a: 1\n' };
const over = (...paths: string[]): Files => ({
  ...base,
  'prod/kustomization.yaml': `resources: [${paths.join(', ')}]\n`,
});

describe('references that lead nowhere', () => {
  it.each([
    ['../base'],
    ['../base/'],
    ['../base/kustomization.yaml'],
    ['../base/pod.yaml'],
    ['https://example.com/x'],
    ['github.com/acme/base'],
    ['github.com/acme/base//x?ref=1'],
    ['../../outside'],
    ['../link/x.yaml'],
    ['"../note.txt"'],
  ])('%s does not', (path) => {
    expect(look({ ...over(path), 'note.txt': '' }, ['link']).places).toEqual([]);
  });

  it.each([
    ['../bsae', 'not in the repository (did you mean "base"?)'],
    ['pod.yaml', 'not in the repository'],
    ['../base/pdo.yaml', 'not in the repository (did you mean "pod.yaml"?)'],
    ['../plain', 'a folder without a kustomization.yaml'],
  ])('%s does', (path, why) => {
    const { places, messages } = look({ ...over(path), 'plain/x.yaml': 'a: 1\n' });
    expect(places).toEqual(['prod/kustomization.yaml:1:13']);
    expect(messages[0]).toBe(
      `This kustomization names ${path}, which is ${why}. kustomize builds it only if something else puts it there, and who shares what it names is not known here.`,
    );
  });
});

describe('circles', () => {
  it('are told once each, with the way', () => {
    const files = {
      'a/kustomization.yaml': 'resources: [../b, .]\n',
      'b/kustomization.yaml': 'components: [../c]\n',
      'c/kustomization.yaml': 'resources: [../a]\n',
      'd/kustomization.yaml': 'resources: [../a]\n',
    };
    const { places, messages } = look(files);
    expect(places).toEqual(['c/kustomization.yaml:1:13', 'a/kustomization.yaml:1:19']);
    expect(messages[0]).toContain(
      'leads back to the kustomization in a, by way of a/kustomization.yaml:1:13, b/kustomization.yaml:1:14: kustomize builds none',
    );
    expect(messages[1]).toContain('in a, which is its own folder: kustomize');
  });

  it('are found at the end of 10,000 overlays, without recursion', () => {
    const files: Record<string, string> = {};
    for (let at = 0; at < 10_000; at++)
      files[`k${at}/kustomization.yaml`] = `resources: [../k${(at + 1) % 10_000}]\n`;
    expect(look(files).places).toEqual(['k9999/kustomization.yaml:1:13']);
  });
});
