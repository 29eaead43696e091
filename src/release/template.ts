import { didYouMean } from '../core/nearest.ts';

/** What a commit message's template can name, as `{{name}}`. */
export const templateNames = ['subject', 'changes', 'title', 'policies', 'environments'] as const;

export type TemplateValues = Readonly<Record<(typeof templateNames)[number], string>>;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** @returns what is wrong with a template, or `undefined` */
export function checkTemplate(template: string): string | undefined {
  for (const [whole, name = ''] of template.matchAll(placeholder)) {
    if (templateNames.some((known) => known === name)) continue;
    return `${whole} names nothing that a message has${didYouMean(name, templateNames) || `; known are ${templateNames.join(', ')}`}`;
  }
  return undefined;
}

/** Puts the values in, once: what a value holds is not looked at again. */
export function renderTemplate(template: string, values: TemplateValues): string {
  return template.replace(placeholder, (whole, name: string) => {
    const known = templateNames.find((candidate) => candidate === name);
    return known === undefined ? whole : values[known];
  });
}
