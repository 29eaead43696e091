import type { Binding } from '../bindings/model.ts';
import { formatPlace, type Position } from '../core/position.ts';
import type { Advice } from '../core/problem.ts';
import { parseRepository } from '../image/reference.ts';
import type { LintedFile } from './tree.ts';

/**
 * Other automations that are set up for a field that a policy moves: Keel and Flux v1 on the workload, a Renovate comment above the value,
 * Argo CD Image Updater on the Application. The field is edited all the same, since nobody can see from here whether the other one runs.
 */
export function otherWriters(files: readonly LintedFile[], bindings: readonly Binding[]): Advice[] {
  const byFile = Map.groupBy(bindings, ({ file }) => file);
  return files.flatMap((file) => {
    const bound = byFile.get(file.path) ?? [];
    return [...onWorkloads(file, bound), ...byRenovate(file, bound), ...byUpdater(file, bindings)];
  });
}

function onWorkloads({ path, facts }: LintedFile, bound: readonly Binding[]): Advice[] {
  const byDocument = Map.groupBy(bound, ({ field }) => field.document);
  return facts.writers.flatMap(({ tool, setting, document, pointer, ...position }) => {
    const binding = byDocument
      .get(document)
      ?.find(({ field }) => field.pointer.replace(/^\d+(?=\/)/, '').startsWith(`${pointer}/`));
    if (binding === undefined) return [];
    const what = `${tool} moves images of this workload too (${setting})`;
    return [advice(path, position, binding, what, `Take the ${tool} setting away, or the policy`)];
  });
}

function byRenovate({ path, facts }: LintedFile, bound: readonly Binding[]): Advice[] {
  return facts.renovate.flatMap(({ target, ...position }) => {
    const binding = bound.find(({ field }) => field.parts.some(({ line }) => line === target));
    if (binding === undefined) return [];
    const what = 'Renovate is told to move this value too';
    return [advice(path, position, binding, what, 'Take the comment away, or the policy')];
  });
}

function byUpdater({ path, facts }: LintedFile, bindings: readonly Binding[]): Advice[] {
  return facts.updaters.flatMap(({ application, images, ...position }) =>
    images.flatMap((image) => {
      const repository = parseRepository(image)?.repository;
      const binding = bindings.find(({ policy }) => policy.image.repository === repository);
      if (binding === undefined) return [];
      const what = `Argo CD Image Updater moves ${image} for the Application ${application}`;
      return [
        advice(path, position, binding, what, 'Take it out of the image list, or take the policy away'),
      ];
    }),
  );
}

function advice(
  file: string,
  { line, column }: Position,
  { policy, place }: Binding,
  what: string,
  remedy: string,
): Advice {
  const message = `${what}, and the policy ${policy.name} moves ${formatPlace(place)}: two who write one image undo each other. ${remedy}.`;
  return { code: 'other-writer', file, line, column, message, policy: policy.name };
}
