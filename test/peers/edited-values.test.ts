import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { edited } from '../bindings/trees.ts';
import { describePeer, peer } from './require.ts';

/** Reads pairs of texts; answers for each how many scalars differ, and those that became something else than text. */
const program = `
import json, sys, yaml
def scalars(node, found, seen):
    if id(node) in seen: return found
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode): found.append((node.value, node.tag))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value: scalars(item, found, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value: scalars(key, found, seen); scalars(item, found, seen)
    return found
def read(text):
    return [one for root in yaml.compose_all(text, Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader)) for one in scalars(root, [], set())]
def judge(before, after):
    try: old = read(before)
    except yaml.YAMLError: return None
    try: new = read(after)
    except yaml.YAMLError as error: return [-1, [str(error)]]
    changed = [b for a, b in zip(old, new) if a != b] if len(old) == len(new) else []
    return [len(changed) if len(old) == len(new) else -1, [v for v, tag in changed if tag != 'tag:yaml.org,2002:str']]
print(json.dumps([judge(*pair) for pair in json.load(sys.stdin)]))
`;

const odd = ['1.10', 'on', '1e3', '2024-01-02'];

interface Edited {
  readonly file: string;
  readonly pair: readonly [before: string, after: string];
  /** Scalars that were replaced. */
  readonly edits: number;
}

/** The files of all golden trees, edited to tags that read as something else. Texts in texts are one scalar to Python, and inserted entries are not counted. */
function editedFiles(): Edited[] {
  const root = new URL('../golden', import.meta.url).pathname;
  const all = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return all
    .filter(({ name }) => name === 'case.json')
    .flatMap(({ parentPath, name }) => {
      const before = join(parentPath, 'before/');
      const paths = all
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => path.startsWith(before));
      const files = Object.fromEntries(
        paths.map((path) => [path.slice(before.length), readFileSync(path, 'utf8')]),
      );
      const { set } = JSON.parse(readFileSync(join(parentPath, name), 'utf8')) as {
        set: Record<string, string>;
      };
      return odd.flatMap((tag) => {
        const wanted = Object.entries(set).map(([policy, text]) => [
          policy,
          text.replace(/:[^:@/]+(@|$)/, `:${tag}$1`),
        ]);
        const { after, edits } = edited(files, Object.fromEntries(wanted) as Record<string, string>);
        return Object.entries(after).flatMap(([file, text]): Edited[] => {
          const own = edits.filter((edit) => edit.file === file);
          if (text === files[file] || own.some(({ old, block }) => old === null || block !== undefined))
            return [];
          const places = new Set(own.map(({ start }) => start));
          return [{ file: join(before, file), pair: [files[file] ?? '', text], edits: places.size }];
        });
      });
    });
}

describePeer('python3', 'python3-yaml, of edited files', () => {
  it('sees the planned values change into text, and no other', () => {
    const all = editedFiles();
    const input = JSON.stringify(all.map(({ pair }) => pair));
    const answer = execFileSync(peer('python3') ?? 'python3', ['-c', program], {
      input,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    const judged = JSON.parse(answer) as ([changed: number, other: string[]] | null)[];
    const read = all.flatMap((one, at) => {
      const found = judged[at];
      return found === null || found === undefined ? [] : [{ ...one, found }];
    });
    expect(read.length).toBeGreaterThan(150);
    expect(
      read.filter(({ edits, found: [changed, other] }) => changed !== edits || other.length > 0),
    ).toEqual([]);
  });
});
