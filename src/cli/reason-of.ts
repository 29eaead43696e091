/** Why a file could not be read, in words. */
export function reasonOf(cause: unknown): string {
  const code = (cause as { code?: string }).code;
  return code === 'ENOENT'
    ? 'there is no such file'
    : code === 'EISDIR'
      ? 'it is a folder'
      : (code ?? 'unknown error');
}
