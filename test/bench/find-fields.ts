// One side of E3, in a process of its own. Arguments: `fields` or `lexer`, the number of files, the seed. The files are in memory before the clock
// runs, as bytes for us and as text for the lexer. The answer is one line of JSON.
import { Lexer } from 'yaml';
import { mixedFiles } from './generate/mixed.ts';
import { built } from './programs.ts';

const { readFacts } = await built<typeof import('../../src/fields/facts.ts')>('fields/facts');
const { nameClass } = await built<typeof import('../../src/fields/name-class.ts')>('fields/name-class');
const { scan } = await built<typeof import('../../src/yaml/scan.ts')>('yaml/scan');

const [how = '', count = '', seed = ''] = process.argv.slice(2);
const files = mixedFiles(Number(count), Number(seed));
const answer = how === 'fields' ? findFields() : lex();
process.stdout.write(`${JSON.stringify(answer)}\n`);

function findFields(): object {
  const given = files.map(({ path, text }) => ({ kind: nameClass(path), bytes: Buffer.from(text) }));
  const start = performance.now();
  const found = given.map(({ bytes, kind }) => readFacts(bytes, kind).fields.length);
  const ms = performance.now() - start;
  const wrong = files.find(({ fields }, index) => fields !== found[index]);
  if (wrong !== undefined)
    throw new Error(`${wrong.path} has ${wrong.fields} image fields, others were found`);
  const texts = files.map(({ text }) => text);
  const unsure = texts.filter((text) => scan(text) === undefined);
  return { ms, characters: size(texts), unsure: size(unsure) / size(texts) };
}

function size(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function lex(): object {
  const texts = files.map(({ text }) => text);
  let tokens = 0;
  const start = performance.now();
  for (const text of texts) for (const token of new Lexer().lex(text)) tokens += token === '' ? 0 : 1;
  const ms = performance.now() - start;
  if (tokens < texts.length) throw new Error('the lexer read nothing');
  return { ms };
}
