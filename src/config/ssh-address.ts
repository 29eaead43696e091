import type { Remote } from './model.ts';

/** An address as `ssh` URLs and git's short form give it, or why it is none; `undefined` where the text is no ssh address at all. */
export function parseSshAddress(
  text: string,
): Extract<Remote, { kind: 'ssh' }> | { readonly wrong: string } | undefined {
  if (/^ssh:\/\//i.test(text)) return fromUrl(text);
  // Git's rule: a colon before the first slash makes it an address; a path with one is written ./a:b.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !/^[^/]+:/.test(text)) return undefined;
  return fromShortForm(text);
}

function fromUrl(text: string): ReturnType<typeof parseSshAddress> {
  const match = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]/]+\]|[^:/@[\]]+)(?::(\d{1,5}))?(\/[^]*)?$/i.exec(text);
  if (match === null)
    return { wrong: 'this is no ssh address; write ssh://git@host:22/path or git@host:path' };
  const [, user, host = '', port, path = '/'] = match;
  if (user?.includes(':') === true)
    return { wrong: 'a password is never written in a URL; give a key under auth.ssh' };
  if (/[?#]/.test(path)) return { wrong: 'a query or fragment has no meaning here; remove it' };
  const decoded = decode(path);
  if (decoded === undefined) return { wrong: 'the path has a % that begins no two digits of a code' };
  // ssh://host/~user/path is relative to that user's folder; the server resolves it.
  return address({ user, host, port, path: decoded.startsWith('/~') ? decoded.slice(1) : decoded });
}

/** `user@host:path`; an IPv6 address stands in brackets, and so may a host with its port, as git allows. */
function fromShortForm(text: string): ReturnType<typeof parseSshAddress> {
  const match = /^(?:([^@/[\]]*)@)?(?:\[([^\]/]+)\]|([^:/@[\]]+)):([^]*)$/.exec(text);
  if (match === null)
    return { wrong: 'this is no ssh address; write git@host:path or ssh://git@host:22/path' };
  const [, user, bracketed, plain = '', path = ''] = match;
  const withPort = /^([^:]+):(\d{1,5})$/.exec(bracketed ?? '');
  if (withPort !== null) return address({ user, host: withPort[1] ?? '', port: withPort[2], path });
  return address({ user, host: bracketed === undefined ? plain : `[${bracketed}]`, port: undefined, path });
}

interface Parts {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  readonly path: string;
}

function address({ user, host, port, path }: Parts): ReturnType<typeof parseSshAddress> {
  const number = port === undefined ? 22 : Number(port);
  const name = host.replaceAll(/[[\]]/g, '');
  if (user === undefined || user === '') {
    return { wrong: `the user is missing: write git@${host}... (most hosts log in everybody as git)` };
  }
  // A leading dash would be read as an option by programs on the way.
  if (!/^\w[\w.+@-]{0,254}$/.test(user)) return { wrong: 'this is no user name of ssh' };
  const valid = host.startsWith('[')
    ? /^[\da-f:.]+(?:%\w+)?$/i.test(name)
    : /^[a-z\d](?:[\w.-]{0,252}[a-z\d.])?$/i.test(name);
  if (!valid) return { wrong: 'this is no host name or address; IPv6 addresses stand in brackets' };
  if (number < 1 || number > 65_535) return { wrong: `${number} is no port` };
  if (path === '' || path === '/') return { wrong: 'the path of the repository is missing' };
  if (path.startsWith('-'))
    return { wrong: 'the path begins with a dash, which git takes for an option; write ./ before it' };
  if (/\p{Cc}/u.test(path)) return { wrong: 'the path holds a line break or another control character' };
  const shown = `${user}@${name.includes(':') ? `[${name}]` : name}:${number}`;
  const url = `ssh://${shown}${path.startsWith('/') ? '' : '/./'}${path}`;
  return { kind: 'ssh', url, username: user, address: name, port: number, path };
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
