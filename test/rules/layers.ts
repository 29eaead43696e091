import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { root } from './files.ts';

/** One row of layers.json. */
export interface Row {
  /** Rooms whose files may be imported; `*` is all of them. A room may always import itself. */
  readonly rooms: readonly string[];
  /** No I/O, no clock, no environment, no randomness. */
  readonly pure?: boolean;
  /** Whether `node:` modules may be imported. */
  readonly node?: boolean;
  /** npm packages that may be imported. */
  readonly packages?: readonly string[];
}

export interface Layers {
  /** By folder below src/; a file belongs to the longest one. */
  readonly rooms: Readonly<Record<string, Row>>;
  /** Files directly in src/. */
  readonly files: Readonly<Record<string, Row>>;
}

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export function readLayers(): Layers {
  return JSON.parse(readFileSync(`${root}layers.json`, 'utf8')) as Layers;
}

/** What a file (path below src/) imports and must not. */
export function violations(layers: Layers, file: string, source: string): Violation[] {
  const room = roomOf(layers, file);
  if (room === undefined) {
    return [{ file, line: 1, message: `src/${file} is in no room of layers.json: add a row` }];
  }
  return importsOf(source).flatMap(({ specifier, line }) => {
    const message = fault(layers, room, file, specifier);
    return message === undefined ? [] : [{ file, line, message: `src/${file}:${line}: ${message}` }];
  });
}

/** The room of a file, or the file itself where it has a row of its own. */
export function roomOf(layers: Layers, file: string): string | undefined {
  if (Object.hasOwn(layers.files, file)) return file;
  let folder = posix.dirname(file);
  while (folder !== '.' && !Object.hasOwn(layers.rooms, folder)) folder = posix.dirname(folder);
  return folder === '.' ? undefined : folder;
}

function fault(
  layers: Layers,
  room: string,
  file: string,
  specifier: string | undefined,
): string | undefined {
  const row = layers.rooms[room] ?? layers.files[room];
  if (row === undefined) return undefined;
  if (specifier === undefined) return 'imports something that is no literal: nobody can check it';
  if (specifier.startsWith('.')) return relativeFault(layers, row, room, file, specifier);
  if (specifier.startsWith('node:')) {
    return row.node === true ? undefined : `${room} must not import ${specifier}: pass it in as an argument`;
  }
  const name = packageName(specifier);
  const allowed = row.packages?.includes(name) === true;
  return allowed ? undefined : `${room} must not import the package ${name}: see its row in layers.json`;
}

function relativeFault(
  layers: Layers,
  row: Row,
  room: string,
  file: string,
  specifier: string,
): string | undefined {
  const target = posix.join(posix.dirname(file), specifier);
  if (target.startsWith('..')) return `imports ${specifier}, which is outside src/`;
  const other = roomOf(layers, target);
  if (other === undefined) return `imports ${specifier}, which is in no room of layers.json`;
  if (other === room || row.rooms.includes('*') || row.rooms.includes(other)) return undefined;
  return `${room} must not import ${other} (${specifier}): see its row in layers.json`;
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
