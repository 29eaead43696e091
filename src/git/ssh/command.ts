/** The two programs on the server. */
export type Service = 'git-upload-pack' | 'git-receive-pack';

/**
 * The one command that is run on the server. The path is quoted for a POSIX shell, as git quotes it: `git-shell` and the hosts' own
 * programs expect exactly this form, and no path can become a command.
 */
export function serviceCommand(service: Service, path: string): string {
  return `${service} '${path.replaceAll(/['!]/g, String.raw`'\$&'`)}'`;
}
