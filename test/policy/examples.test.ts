import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { parseTagLines } from '../../src/policy/tag-lines.ts';
import { documentsOf } from './documents.ts';

const folder = new URL('../../policies/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));

describe('example policies', () => {
  it('are there for every kind that is carried out', () => {
    const kinds = names.map((name) => loaded(name).policy?.rule.kind);
    expect(new Set(kinds)).toEqual(
      new Set(['alphabetical', 'digest', 'glob', 'newest', 'numeric', 'regex', 'semver']),
    );
  });

  it.each(names)('%s.yaml is valid and elects what it says', (name) => {
    const { policy, problems } = loaded(name);
    expect(problems).toEqual([]);
    expect(policy?.name).toBe(name);
    const promised = new RegExp(`^# Elects (\\S+) from samples/${name}\\.txt$`, 'm').exec(
      text(`${name}.yaml`),
    )?.[1];
    const facts = parseTagLines(text(`samples/${name}.txt`));
    if (policy === undefined || 'error' in facts) throw new Error(`${name} cannot be read`);
    const current = { tag: null, digest: null };
    const step = decide({
      policy,
      current,
      facts,
      past: [],
      holds: [],
      wantsDigest: false,
      now: 0,
      offline: true,
    });
    expect('decision' in step && step.decision.elected).toBe(promised);
    expect('decision' in step && step.decision.gates.map(({ gate }) => gate)).toEqual(
      name === 'careful' ? ['hold'] : [],
    );
  });

  it.each(names)('%s.yaml has the two lines that keep synchronizers from applying it', (name) => {
    expect(text(`${name}.yaml`)).toMatch(/^# \+argocd:skip-file-rendering\n/);
    expect(text(`${name}.yaml`)).toContain("config.kubernetes.io/local-config: 'true'");
  });

  it('stand in the guide, each with its sample', () => {
    const guide = text('README.md');
    expect(names.filter((name) => !guide.includes(`(${name}.yaml)`))).toEqual([]);
    expect(readdirSync(new URL('samples/', folder)).toSorted()).toEqual(
      names.map((name) => `${name}.txt`).toSorted(),
    );
  });
});

function text(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

function loaded(name: string) {
  const [document] = documentsOf(text(`${name}.yaml`));
  if (document === undefined) throw new Error(`${name}.yaml holds no document`);
  return loadPolicy(document, `policies/${name}.yaml`);
}
