import type { FactedFile } from '../bindings/model.ts';
import type { Problem } from '../core/problem.ts';
import type { FluxAutomation } from '../dialects/flux2/automation.ts';
import type { FluxRepository } from '../dialects/flux2/image-repository.ts';
import { readFlux2 } from '../dialects/flux2/read.ts';
import type { ForeignPolicy } from '../dialects/model.ts';

/** What a checkout says to Flux 2, with what `kustomize build` made of it in the place of what the files say. */
export interface Flux2Source {
  readonly policies: readonly ForeignPolicy[];
  readonly automations: readonly FluxAutomation[];
  readonly repositories: readonly FluxRepository[];
  readonly problems: readonly Problem[];
  /** The file of the checkout that holds a policy's object. */
  readonly home: (policy: ForeignPolicy) => string;
}

/** @param rendered output of `kustomize build`: its objects are whole, where the files may be patched */
export function readFlux2Source(files: readonly FactedFile[], rendered: FactedFile | undefined): Flux2Source {
  const written = readFlux2(files);
  if (rendered === undefined) return { ...written, home: ({ object }) => object.file };
  const whole = readFlux2([rendered]);
  const isRendered = ({ object }: ForeignPolicy): boolean =>
    whole.policies.some(
      (one) =>
        one.object.name === object.name &&
        (object.namespace === undefined || one.object.namespace === object.namespace),
    );
  const homes = new Map(
    files.flatMap(({ path, facts }) =>
      facts.flux.flatMap(({ kind, name }) => (kind === 'ImagePolicy' ? [[name, path] as const] : [])),
    ),
  );
  return {
    policies: [...whole.policies, ...written.policies.filter((policy) => !isRendered(policy))],
    automations: written.automations,
    repositories: written.repositories,
    problems: [...whole.problems, ...written.problems],
    home: ({ object }) =>
      object.file === rendered.path ? (homes.get(object.name) ?? 'flux-policies.yaml') : object.file,
  };
}
