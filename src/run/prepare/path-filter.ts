import { Failure } from '../../core/failure.ts';
import { compileGlob } from '../../core/glob.ts';

/**
 * Tells whether a path is matched by one of the globs; a glob that names a folder matches all below it.
 * @throws Failure `invalid-config` for a bad glob
 */
export function pathFilter(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs.flatMap((glob) => [compile(glob), compile(`${glob.replace(/\/+$/, '')}/**`)]);
  return (path) => matchers.some((matcher) => matcher.matches(path));
}

function compile(glob: string): { matches(text: string): boolean } {
  const compiled = compileGlob(glob, 'path');
  if ('error' in compiled) throw new Failure('invalid-config', `Path glob "${glob}": ${compiled.error}.`);
  return compiled;
}
