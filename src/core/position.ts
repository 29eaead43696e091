/** A spot in a text. Both count from 1; columns are Unicode code points, tabs count as one. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A spot in a file of the config repository; `file` is the path from the repository's root, with `/`. */
export interface Place extends Position {
  readonly file: string;
}

/** `file:line:column`, as compilers and editors write it. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}
