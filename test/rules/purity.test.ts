import { describe, expect, it } from 'vitest';
import { filesBelow, readText } from './files.ts';
import { impuritiesOf } from './impurities.ts';
import { readLayers, roomOf } from './layers.ts';

const layers = readLayers();

describe('pure rooms', () => {
  const files = filesBelow('src').filter((path) => {
    const room = roomOf(layers, path.slice('src/'.length));
    return room !== undefined && layers.rooms[room]?.pure === true;
  });

  it('take time, randomness and I/O as arguments', () => {
    const found = files.flatMap((path) =>
      impuritiesOf(readText(path)).map(({ name, line }) => `${path}:${line}: ${name}`),
    );
    expect(found).toEqual([]);
    expect(files.length).toBeGreaterThan(30);
  });
});

describe('impuritiesOf', () => {
  const impure: readonly [source: string, name: string][] = [
    ['const now = Date.now();', 'Date.now'],
    ['const now = new Date();', 'Date'],
    ['const now = +new Date;', 'Date'],
    ['const now = Date();', 'Date'],
    ['const luck = Math.random();', 'Math.random'],
    ['const home = process.env["HOME"];', 'process.env'],
    ['console.log(1);', 'console.log'],
    ['await fetch(url);', 'fetch'],
    ['const t = performance.now();', 'performance.now'],
    ['const id = crypto.randomUUID();', 'crypto.randomUUID'],
    ['setTimeout(f, 1);', 'setTimeout'],
    ['globalThis.x = 1;', 'globalThis.x'],
    ['const text = `${process.pid}`;', 'process.pid'],
    ['const a = b ? fetch : c;', 'fetch'],
    ['const here = import.meta.url;', 'import.meta'],
  ];
  it.each(impure)('finds %s', (source, name) => {
    expect(impuritiesOf(source)).toEqual([{ name, line: 1 }]);
  });

  const pure: readonly string[] = [
    'const then = new Date(ms);',
    'const then = Date.UTC(2020, 1);',
    'function show(date: Date): string { return date.toISOString(); }',
    '// Date.now() would be wrong here',
    "const text = 'process.env';",
    'const text = `console.log(${a})`;',
    'options.process(1); this.fetch(2);',
    'const options = { fetch: 1, process: 2 };',
    'interface A { fetch?: string; performance: number }',
    'const most = Math.max(1, 2);',
  ];
  it.each(pure)('passes over %s', (source) => {
    expect(impuritiesOf(source)).toEqual([]);
  });
});
