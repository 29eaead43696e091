import { Failure } from '../../core/failure.ts';
import { formatPlace } from '../../core/position.ts';
import type { Tree } from '../../tree/tree.ts';
import { decode } from '../../yaml/decode.ts';
import { holdsPath } from '../../release/holds-file.ts';
import type { Scene } from './model.ts';

/**
 * A file of the branch as text; `undefined` where there is none.
 * @throws Failure `invalid-input` where it is no text
 */
export async function fileText(tree: Tree, path: string): Promise<string | undefined> {
  const entry = await tree.entry(path);
  if (entry === undefined) return undefined;
  if (entry.mode !== 'file' && entry.mode !== 'executable')
    throw new Failure('invalid-input', `${path} is a ${entry.mode}, expected a regular file.`, {
      file: path,
    });
  const found: ReturnType<typeof decode>[] = [];
  await tree.read([entry], (_, bytes) => found.push(decode(bytes)));
  const [read = { refused: 'it could not be read' }] = found;
  if ('text' in read) return read.text;
  throw new Failure('invalid-input', `${path} is left alone: ${read.refused}.`, { file: path });
}

/** Nothing is written into a file of holds that cannot be read. */
export function demandReadableHolds({ prepared }: Scene): void {
  const [problem] = prepared.holds.problems;
  if (problem === undefined) return;
  const { file = holdsPath, line = 1, column = 1, message } = problem;
  const place = formatPlace({ file, line, column });
  throw new Failure('invalid-input', `${place} must be put right first, by hand: ${message}`, {
    file,
    line,
    column,
  });
}
