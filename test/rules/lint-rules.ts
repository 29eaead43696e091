import { readText } from './files.ts';
import type { Layers, Row } from './layers.ts';

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

interface LintConfig {
  readonly overrides: readonly Override[];
  readonly [key: string]: unknown;
}

const rule = 'no-restricted-imports';

/** `.oxlintrc.json` as it must be: everything written by hand, and the overrides that say the same as layers.json. */
export function lintConfig(layers: Layers): unknown {
  const written = JSON.parse(readText('.oxlintrc.json')) as LintConfig;
  const byHand = written.overrides.filter((override) => !(rule in override.rules));
  return { ...written, overrides: [...byHand, ...layerOverrides(layers)] };
}

/**
 * One override per row, outer rooms before inner ones, since the last override that matches a file wins. Only `group`
 * patterns are used: a `regex` with look-ahead silently never matches in oxlint.
 */
function layerOverrides(layers: Layers): Override[] {
  const rooms = Object.keys(layers.rooms);
  const rows: readonly (readonly [path: string, row: Row])[] = [
    ...Object.entries(layers.rooms).map(([room, row]) => [`${room}/**`, row] as const),
    ...Object.entries(layers.files),
  ];
  return rows
    .toSorted(([a], [b]) => a.split('/').length - b.split('/').length)
    .map(([path, row]) => {
      const room = path.replace(/\/\*\*$/, '');
      const group = [
        ...closedRooms(rooms, room, row),
        ...(row.node === true ? [] : ['node:*', 'node:*/**']),
        ...closedPackages(row),
      ];
      const message = `The row "${room}" of layers.json does not allow this import.`;
      return { files: [`src/${path}`], rules: { [rule]: ['error', { patterns: [{ group, message }] }] } };
    });
}

function closedRooms(rooms: readonly string[], room: string, row: Row): string[] {
  if (row.rooms.includes('*')) return [];
  return rooms
    .filter((other) => other !== room && !row.rooms.includes(other))
    .filter((other) => !isOpenInside(other, room, row))
    .flatMap((other) => pathsTo(other, room));
}

/** How files of `room` can spell a path into `other`: a child, a sibling, or from further up. */
function pathsTo(other: string, room: string): string[] {
  if (other.startsWith(`${room}/`)) return [`./${other.slice(room.length + 1)}/**`];
  const parent = room.slice(0, room.lastIndexOf('/') + 1);
  const sibling = parent !== '' && other.startsWith(parent) ? [`../**/${other.slice(parent.length)}/**`] : [];
  return [`../**/${other}/**`, ...sibling];
}

/** Whether an open room lies in a closed one: the pattern of the closed one would forbid both. */
function isOpenInside(closed: string, room: string, row: Row): boolean {
  return [room, ...row.rooms].some((open) => open.startsWith(`${closed}/`));
}

function closedPackages(row: Row): string[] {
  const manifest = JSON.parse(readText('package.json')) as {
    readonly dependencies: Record<string, string>;
    readonly devDependencies: Record<string, string>;
  };
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((name) => !name.startsWith('@types/') && row.packages?.includes(name) !== true)
    .toSorted()
    .flatMap((name) => [name, `${name}/**`]);
}
