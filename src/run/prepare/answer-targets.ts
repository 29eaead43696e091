import type { TargetAnswers } from '../../bindings/bind.ts';
import type { BindOptions, FactedFile } from '../../bindings/model.ts';
import { requestTargets } from '../../bindings/targets/targets.ts';
import { readTargets, type TargetFind } from '../../fields/targets.ts';
import type { Policy } from '../../policy/model.ts';
import type { TargetStep } from '../../policy/document/target-path.ts';
import type { Tree } from '../../tree/tree.ts';
import type { FactsCache } from './facts-cache.ts';

/**
 * Looks up the `targets` of the policies (product.md, 2.1). Only files that a target's glob matches within its policy's reach are read, each once for all
 * paths, and content that was looked at before for the same path is not read again.
 */
export async function answerTargets(
  tree: Tree,
  files: readonly FactedFile[],
  policies: readonly Policy[],
  options: BindOptions,
  cache: FactsCache,
): Promise<TargetAnswers> {
  const asked = requestTargets(files, policies, options);
  const finds = new Map<string, TargetFind>();
  const open = new Map<string, OpenFile>();
  for (const { file, target } of asked.requests) {
    const known = cache.target(file.id, target.path);
    if (known !== undefined) finds.set(keyOf(file.id, target.path), known);
    else {
      const one = open.get(file.id) ?? { path: file.path, paths: new Map() };
      one.paths.set(target.path, target.steps);
      open.set(file.id, one);
    }
  }
  const entries = [...open].map(([id, { path }]) => ({ path, id, mode: 'file' as const }));
  await tree.read(
    entries,
    ({ id }, bytes) => {
      const paths = [...(open.get(id)?.paths ?? [])];
      const found = readTargets(
        bytes,
        paths.map(([, steps]) => steps),
      );
      for (const [index, [path]] of paths.entries()) {
        const find = found[index];
        if (find !== undefined) finds.set(keyOf(id, path), find);
      }
    },
    // Over the size cap: that is told of already, as a problem of the file.
    () => {},
  );
  cache.keepTargets(finds);
  return { asked, lookup: (id, path) => finds.get(keyOf(id, path)) };
}

interface OpenFile {
  readonly path: string;
  readonly paths: Map<string, readonly TargetStep[]>;
}

function keyOf(id: string, path: string): string {
  return `${id} ${path}`;
}
