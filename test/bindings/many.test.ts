import { describe, expect, it } from 'vitest';
import { KustomizeGraph } from '../../src/bindings/kustomize/graph.ts';
import { table } from '../../src/cli/table.ts';
import { commonStands } from '../../src/run/promotion/stands.ts';
import { factedFiles } from './trees.ts';

/** More arguments than one call takes. */
const many = 150_000;

describe('more than the stack holds', () => {
  it('are the entries of a kustomization', () => {
    const [file] = factedFiles({ 'kustomization.yaml': 'images: [{name: a, newTag: "1"}]\n' });
    const [fact] = file?.facts.kustomizations ?? [];
    const [image] = fact?.images ?? [];
    if (file === undefined || fact === undefined || image === undefined) throw new Error('no entry');
    const kustomizations = [{ ...fact, images: Array.from({ length: many }, () => image) }];
    const graph = new KustomizeGraph([{ ...file, facts: { ...file.facts, kustomizations } }]);
    expect(graph.nodes[0]?.images).toHaveLength(many);
  });

  it('are the fields of a source', () => {
    const value = { tag: '1.0.0', digest: null };
    const fields = Array.from({ length: many }, (_, since) => [{ value, since }]);
    expect(commonStands(fields)).toEqual([{ value, since: many - 1 }]);
  });

  it('are the rows of a table', () => {
    const rows = Array.from({ length: many }, (_, at) => [`row ${at}`, 'b']);
    expect(table(['a', 'b'], rows).split('\n', 2)).toEqual(['a           b', 'row 0       b']);
  });
});
