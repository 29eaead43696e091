import fc from 'fast-check';

/** Generated YAML in many shapes, mostly correct: nested block and flow collections, every scalar style, comments. */
export function documents(): fc.Arbitrary<string> {
  const block = fc.letrec<{ node: readonly string[]; map: readonly string[]; seq: readonly string[] }>(
    (tie) => ({
      node: fc.oneof({ maxDepth: 4 }, value(), tie('map'), tie('seq')),
      map: fc.array(fc.tuple(key(), tie('node'), comment()), { minLength: 1, maxLength: 4 }).map(mapLines),
      seq: fc.array(fc.tuple(tie('node'), comment()), { minLength: 1, maxLength: 3 }).map(seqLines),
    }),
  );
  const one = fc.oneof(block.map, block.seq).map((lines) => `${lines.join('\n')}\n`);
  return fc
    .tuple(fc.array(one, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.boolean(), fc.boolean())
    .map(([parts, crlf, mark, cut]) => {
      const text = (mark ? '\ufeff' : '') + parts.join('---\n');
      const ended = cut ? text.trimEnd() : text;
      return crlf ? ended.replaceAll('\n', '\r\n') : ended;
    });
}

/** The lines of a node; a first line that is empty, or starts with a space, stands below its key. */
function mapLines(entries: readonly (readonly [string, readonly string[], string])[]): string[] {
  return entries.flatMap(([name, lines, remark]) => {
    const [first = '', ...rest] = lines;
    if (isInline(lines)) return [`${name}: ${first}`, ...rest.map((line) => `  ${line}`)];
    return [`${name}:${remark}`, ...lines.map((line) => `  ${line}`)];
  });
}

function seqLines(items: readonly (readonly [readonly string[], string])[]): string[] {
  return items.flatMap(([lines, remark]) => {
    const [first = '', ...rest] = lines;
    const above = remark === '' ? [] : [remark.trimStart()];
    return [...above, `- ${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

function isInline(lines: readonly string[]): boolean {
  return !/^(?:- |[^"'[{|>&*!]+: |[^"'[{|>&*!]+:$|"[^"]*":|'[^']*':)/.test(lines[0] ?? '');
}

function key(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom('a', 'b', 'image', 'app.kubernetes.io/name', '"q"', "'s'", 'two words'),
    word(),
  );
}

function comment(): fc.Arbitrary<string> {
  return fc.constantFrom('', '', ' # remark', ' #x', '   # a: b');
}

function value(): fc.Arbitrary<readonly string[]> {
  const line = fc.oneof(
    word(),
    fc.constantFrom(
      '""',
      "''",
      '"a: b # c"',
      "'it''s'",
      '"\\u00e9\\n"',
      '~',
      '-x',
      'a#b',
      'http://x/y?z=1',
      '1.10',
    ),
    fc.constantFrom(
      '[a, b]',
      '{a: b, "c":d}',
      '[]',
      '{}',
      '[{a: b}, [c]]',
      '{a: b, a: c}',
      '!!str 1',
      '!x y',
      'é 🚀',
    ),
  );
  const many = fc.constantFrom(
    ['|', '  text', '', '    deeper', '  end'],
    ['>-', ' folded', ' text'],
    ['|+', '  kept', '', ''],
    ['|2', '   more', '  base'],
    ['some words', '  go on'],
    ['"two', '  lines"'],
    ["'two", '', "  lines'"],
    ['[a,', '  b]'],
    ['{', '  a: b, # c', '}'],
  );
  const withComment = fc.tuple(line, comment()).map(([text, remark]) => [text + remark]);
  return fc.oneof({ weight: 4, arbitrary: withComment }, { weight: 2, arbitrary: many });
}

function word(): fc.Arbitrary<string> {
  const letters = fc.string({
    unit: fc.constantFrom(...'abcxyz01.-_/'.split('')),
    minLength: 1,
    maxLength: 6,
  });
  const risky = fc.string({ unit: fc.constantFrom(...'ab01-: #@'.split('')), minLength: 1, maxLength: 5 });
  return fc.oneof({ weight: 12, arbitrary: letters }, { weight: 1, arbitrary: risky });
}
