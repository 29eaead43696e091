import { describe, expect, it } from 'vitest';
import { readFacts } from '../../src/fields/facts.ts';
import type { FieldFact } from '../../src/fields/model.ts';
import { FileFields, findField } from '../../src/run/past/field-identity.ts';

describe('a field is found in another version of its file', () => {
  const table: readonly [label: string, now: string, then: string, tags: string][] = [
    ['nothing changed', documents('a:1', 'b:1'), documents('a:2', 'b:3'), '2 3'],
    ['a document was put before', documents(null, 'a:1', 'b:1'), documents('a:2', 'b:3'), '2 3'],
    ['a document was taken out', documents('b:1'), documents('a:2', 'b:3'), '3'],
    ['documents changed places', documents('b:1', 'a:1'), documents('a:2', 'b:3'), '3 2'],
    ['several became one', documents('a:1'), documents('a:2', null), '2'],
    ['two of one image, one document before', documents(null, 'a:1', 'a:5'), documents('a:2', 'a:3'), '2 3'],
    ['two of one image, of which one is new', documents('a:1', 'a:5'), documents('a:2'), '2 2'],
    ['the image got another name', documents('new:1', 'b:1'), documents('a:2', 'b:3'), '2 3'],
    ['the place is another service’s now', documents('b:1', 'c:1'), documents('a:2', 'b:3'), '3 -'],
    ['another spelling of the same image', documents(null, 'docker.io/library/a:1'), documents('a:2'), '2'],
    ['a container was put before', containers(['x', 'y:9'], ['a', 'a:1']), containers(['a', 'a:2']), '- 2'],
    [
      'two containers of one image changed places',
      containers(['two', 'a:1'], ['one', 'a:1']),
      containers(['one', 'a:2'], ['two', 'a:3']),
      '3 2',
    ],
    ['an entry was put before', images(['x', '9'], ['a', '1']), images(['a', '2']), '- 2'],
    ['there was nothing', documents('a:1'), 'kind: ConfigMap\nimage: {}\n', '-'],
  ];
  it.each(table)('%s', (_, now, then, tags) => {
    const present = fieldsOf(now);
    const [here, there] = [new FileFields(present), new FileFields(fieldsOf(then))];
    expect(present.map((field) => findField(field, here, there)?.tag ?? '-').join(' ')).toBe(tags);
  });
});

function fieldsOf(text: string): readonly FieldFact[] {
  return readFacts(Buffer.from(text), text.startsWith('images:') ? 'kustomization' : 'yaml').fields;
}

/** Deployments; `null`: a document without images. */
function documents(...images: readonly (string | null)[]): string {
  return images
    .map((image) => (image === null ? 'kind: ConfigMap\n' : containers(['main', image])))
    .join('---\n');
}

function containers(...list: readonly (readonly [name: string, image: string])[]): string {
  const items = list.map(([name, image]) => `      - {name: ${name}, image: "${image}"}\n`).join('');
  return `kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n${items}`;
}

function images(...list: readonly (readonly [name: string, tag: string])[]): string {
  return `images:\n${list.map(([name, tag]) => `- {name: ${name}, newTag: "${tag}"}\n`).join('')}`;
}
