import { convert } from '../../src/convert/convert.ts';
import type { Conversion } from '../../src/convert/model.ts';
import type { Files } from '../bindings/trees.ts';

/** What converting these files comes to. */
export function converted(files: Files, rendered?: string): Conversion {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return convert(sources, rendered === undefined ? undefined : { path: 'all.yaml', text: rendered });
}

/** Every file afterwards. */
export function after(files: Files, rendered?: string): Record<string, string> {
  const { files: changed } = converted(files, rendered);
  return { ...files, ...Object.fromEntries([...changed].map(([path, one]) => [path, one.after])) };
}

/** `code file:line` of each. */
export function problems(files: Files): string[] {
  return converted(files).problems.map(({ code, file, line }) => `${code} ${file}:${line}`);
}
