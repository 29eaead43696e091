/** A place in a file, as release records name it: `path#pointer`. */
export interface FieldPlace {
  readonly file: string;
  /** JSON pointer, with a leading document number where the file has several documents: `/spec/...`, `2/spec/...`. */
  readonly pointer: string;
}

/**
 * Takes the text of a record's field apart; `undefined` where it is no field. A path may hold `#/` itself: then the first
 * part that ends as a file with image fields does is the path.
 */
export function parseFieldKey(key: string): FieldPlace | undefined {
  let first: number | undefined;
  for (let hash = key.indexOf('#', 1); hash > 0; hash = key.indexOf('#', hash + 1)) {
    let next = hash + 1;
    while (isDigit(key.charCodeAt(next))) next++;
    if (key[next] !== '/') continue;
    first ??= hash;
    if (namePattern.test(key.slice(0, hash))) return splitAt(key, hash);
  }
  return first === undefined ? undefined : splitAt(key, first);
}

function splitAt(key: string, hash: number): FieldPlace {
  return { file: key.slice(0, hash), pointer: key.slice(hash + 1) };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/**
 * What stays of a pointer when documents and list items are put in, taken out or sorted anew: `2/spec/containers/0/image` and
 * `3/spec/containers/1/image` have one shape.
 */
export function shapeOf(pointer: string): string {
  return pointer.replace(/^\d+(?=\/)/, '').replaceAll(/\/\d+(?=\/|$)/g, '/*');
}

const namePattern = /(?:\.ya?ml|\.json|(?:^|\/)Kustomization)$/;
