import type { FluxAutomation } from '../dialects/flux2/automation.ts';
import type { FluxRepository } from '../dialects/flux2/image-repository.ts';
import type { Todo } from './model.ts';

/** What objects of Flux 2 say that is no part of a policy: how a registry is reached, and how commits are made. */
export function settingsTodo(
  repositories: readonly FluxRepository[],
  automations: readonly FluxAutomation[],
): readonly Todo[] {
  const registries = repositories.map(({ object, settings }) => ({
    source: object.source,
    settings: settings.map((key) => `spec.${key}`),
    where: 'how a registry is reached stands under registries in tallyman.yaml',
  }));
  const commits = automations.map(({ object, settings }) => ({
    source: object.source,
    settings: settings.map((key) => `spec.git.${key}`),
    where: 'author, signing, message and branch stand under repositories in tallyman.yaml',
  }));
  return [...registries, ...commits].flatMap(({ source, settings, where }) => {
    if (settings.length === 0) return [];
    const { kind, name, file, line, column } = source;
    const message = `The ${kind} ${name} has ${settings.join(', ')}, which has no equal in a policy: ${where}.`;
    return [{ message, file, line, column }];
  });
}
