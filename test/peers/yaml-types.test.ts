import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { renderScalar } from '../../src/yaml/render.ts';
import { otherTypes, texts } from '../yaml/plain-texts.ts';
import { describePeer, peer } from './require.ts';

const program = `
import json, sys, yaml
def read(text):
    try:
        value = yaml.safe_load(text)["k"]
        return value if isinstance(value, str) else None
    except yaml.YAMLError:
        return None
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

describePeer('python3', 'python3-yaml (YAML 1.1)', () => {
  const python = peer('python3') ?? 'python3';
  /** Each text's value of the key k where it is text, else `null`. */
  const read = (sources: readonly string[]): unknown =>
    JSON.parse(execFileSync(python, ['-c', program], { input: JSON.stringify(sources), encoding: 'utf8' }));
  const all = [...Object.values(otherTypes).flat(), ...texts];

  it.each([
    ['in a block map', false, (source: string) => `k: ${source}\n`],
    ['in a flow map', true, (source: string) => `{k: ${source}}`],
  ])('reads back as text what is written %s', (_, inFlow, put) => {
    const sources = all.map((value) => put(renderScalar(value, { style: 'plain', inFlow })));
    expect(read(sources)).toEqual(all);
  });

  it('takes many of them for something else where they are plain', () => {
    const values = Object.values(otherTypes).flat();
    const found = read(values.map((value) => `k: ${value}\n`)) as unknown[];
    expect(found.filter((value) => value === null).length).toBeGreaterThan(50);
  });
});
