import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { policy } from '../bindings/manifests.ts';
import { edited } from '../bindings/trees.ts';
import { readFacts } from '../../src/fields/facts.ts';
import { encode } from '../../src/yaml/decode.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/fields.md`, 'utf8');
const examples = Array.from(page.matchAll(/^```yaml\n# file: (\S+)\n([^`]+)```/gm));
const files = Object.fromEntries(examples.map(([, file = '', text = '']) => [file, text]));

describe('docs/fields.md', () => {
  it('has examples that change in the lines that say so, and in no other', () => {
    const { after, problems } = edited(
      { 'policy.yaml': policy('web'), ...files },
      { web: 'ghcr.io/acme/web:1.5.0' },
    );
    expect(problems).toEqual([]);
    for (const [file, text] of Object.entries(files)) {
      const said = linesWith(text, (line) => /# moves$|# \{"\$tallyman": "web(?::tag)?"\}$/.test(line));
      const now = after[file]?.split('\n') ?? [];
      expect([file, linesWith(text, (line, at) => line !== now[at])]).toEqual([file, said]);
      expect(said.length).toBeGreaterThan(0);
    }
    expect(examples.length).toBeGreaterThan(5);
  });

  it('quotes what is said where an edit is refused', () => {
    const rows = Array.from(page.matchAll(/^\| `([^`]+)`\s+\|/gm), ([, words = '']) => words);
    const said = [...goldenMessages(), ...messagesOf('{'.repeat(300))].join('\n');
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((words) => !said.includes(words))).toEqual([]);
  });

  it('is linked from the README', () => {
    expect(readFileSync(`${root}README.md`, 'utf8')).toContain('(docs/fields.md)');
  });
});

function linesWith(text: string, test: (line: string, at: number) => boolean): number[] {
  return text.split('\n').flatMap((line, at) => (test(line, at) ? [at] : []));
}

function messagesOf(text: string): string[] {
  return readFacts(encode(`image: ${text}`), 'yaml').problems.map(({ message }) => message);
}

/** What the golden cases pin of the messages. */
function goldenMessages(): string[] {
  const golden = `${root}test/golden`;
  return readdirSync(golden, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name === 'case.json')
    .flatMap(({ parentPath, name }) => {
      const { problems } = JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as {
        problems: readonly { says?: string }[];
      };
      return problems.map(({ says = '' }) => says);
    });
}
