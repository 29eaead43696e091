import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { load } from './config-file.ts';

const text = readFileSync(new URL('../../docs/git.md', import.meta.url), 'utf8');
const examples = Array.from(text.matchAll(/```yaml\n([^]*?)```/g), ([, yaml = '']) => yaml);

describe('docs/git.md', () => {
  it.each(examples)('has examples that load: %s', async (yaml) => {
    const { repositories } = await load(whole(yaml));
    expect(repositories).toHaveLength(1);
  });

  it.each(['basic', 'githubApp', 'ssh'])('has an example for logging in by %s', async (kind) => {
    const kinds = await Promise.all(
      examples.map(async (yaml) => (await load(whole(yaml))).repositories[0]?.auth?.kind),
    );
    expect(kinds).toContain(kind);
  });
});

function whole(yaml: string): string {
  if (yaml.startsWith('repositories:')) return yaml;
  const indented = yaml.replaceAll(/^(?=.)/gm, '    ');
  return `repositories:\n  - name: fleet\n    url: https://github.com/acme/fleet.git\n${indented}`;
}
