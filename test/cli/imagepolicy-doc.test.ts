import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { unsupportedKeys } from '../../src/policy/document/unsupported.ts';
import { imagePolicySchema } from '../../src/policy/document/schema.ts';
import { tallyman } from './harness.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/imagepolicy.md`, 'utf8');
const { spec } = imagePolicySchema().shape;
const keys = Object.keys(spec.shape);
const kinds = Object.keys(spec.shape.policy.shape);

describe('docs/imagepolicy.md', () => {
  it('has its parts in the order in which they are looked for', () => {
    const headings = Array.from(page.matchAll(/^## (.+)$/gm), ([, heading]) => heading);
    expect(headings).toEqual(['Example', 'Fields', 'Debugging', 'Status']);
  });

  it('has a row for every field and kind that is carried out, and for no other', () => {
    const [fields = '', kindRows = ''] = page.split(/^\| kind /m);
    expect(rowsOf(fields)).toEqual(keys.filter((key) => isCarriedOut(key)).toSorted());
    expect(rowsOf(kindRows)).toEqual(kinds.toSorted());
  });

  it('names what is not carried out', () => {
    const sentence = /^Understood, but not carried out by this version:[^.]*\./m.exec(page)?.[0] ?? '';
    const missing = keys.filter((key) => !isCarriedOut(key));
    expect(missing.filter((key) => !sentence.includes(`\`${key}\``))).toEqual([]);
    expect(keys.filter((key) => isCarriedOut(key) && sentence.includes(`\`${key}\``))).toEqual([]);
  });

  it('shows what elect prints', async () => {
    const [, args = '', shown = ''] = /^\$ tallyman (elect .+)\n([^`]+)```/m.exec(page) ?? [];
    const { stdout, exit } = await tallyman(args.split(' '), { directory: root });
    expect([stdout, exit]).toEqual([shown, 0]);
  });
});

function rowsOf(text: string): string[] {
  return Array.from(text.matchAll(/^\| `([A-Za-z]+)`\s+\|/gm), ([, key = '']) => key).toSorted();
}

/** As `loadPolicy` asks: whether a policy with this key releases anything. */
function isCarriedOut(key: string): boolean {
  const metadata = { name: 'web' };
  const parsed = { image: 'web', policy: {}, [key]: [] } as unknown as Parameters<
    typeof unsupportedKeys
  >[0]['spec'];
  return (
    unsupportedKeys({ apiVersion: 'tallyman.dev/v1', kind: 'ImagePolicy', metadata, spec: parsed }) ===
    undefined
  );
}
