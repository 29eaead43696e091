import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { load } from './config-file.ts';

const text = readFileSync(new URL('../../docs/git.md', import.meta.url), 'utf8');
const examples = Array.from(text.matchAll(/```yaml\n([^]*?)```/g), ([, yaml = '']) => yaml);

describe('docs/git.md', () => {
  it('has an example for each way to log in', () => {
    expect(examples).toHaveLength(3);
  });

  it.each(examples)('has examples that load: %s', async (yaml) => {
    const indented = yaml.replaceAll(/^(?=.)/gm, '    ');
    const whole = yaml.startsWith('repositories:')
      ? yaml
      : `repositories:\n  - name: fleet\n    url: https://github.com/acme/fleet.git\n${indented}`;
    const { repositories } = await load(whole);
    expect(repositories[0]?.auth).toBeDefined();
  });
});
