import * as z from 'zod';
import { formatDuration, parseDuration } from '../core/duration.ts';
import { compileGlob } from '../core/glob.ts';
import { parseRepository, registryHost } from '../image/reference.ts';
import { parseInstant } from '../policy/time/instant.ts';
import type { Listen, Remote, Secret } from './model.ts';
import { parseSshAddress } from './ssh-address.ts';

/** A duration such as `5m` or `1h30m`, between `least` and `most` milliseconds; read into milliseconds. */
export function duration(least: number, most: number): z.ZodType<number, string> {
  return z.string({ error: 'write a duration such as 30s, 5m or 1h30m' }).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= least && ms <= most) return ms;
    const why =
      ms === undefined ? 'no duration' : `outside ${formatDuration(least)} to ${formatDuration(most)}`;
    return refuse(context, `${quote(text)} is ${why}; write for example 30s, 5m or 1h30m`);
  });
}

/** `{env: NAME}` or `{file: path}`. A value in its place is refused without being shown. */
export function secret(description: string): z.ZodType<Secret, { env?: string; file?: string }> {
  const shape = {
    env: z
      .string()
      .regex(/^[A-Za-z_]\w{0,127}$/, 'write the name of an environment variable, not its value')
      .optional()
      .describe('Name of the environment variable that holds it.'),
    file: z.string().min(1).max(4096).optional().describe('Path of the file that holds it.'),
  };
  return exactlyOne(
    z.strictObject(shape, {
      error: (issue) =>
        issue.code === 'invalid_type'
          ? 'a secret is never written here; write {env: NAME} or {file: path}'
          : undefined,
    }),
    ['env', 'file'],
    `${description} Either an environment variable or a file, never a value; it is read again each time it is used.`,
  ) as z.ZodType<Secret, { env?: string; file?: string }>;
}

/** Demands one, and only one, of the optional keys, and says so in the JSON Schema. */
export function exactlyOne<Shape extends z.ZodRawShape>(
  object: z.ZodObject<Shape>,
  keys: readonly string[],
  description: string,
): z.ZodType<z.output<z.ZodObject<Shape>>, z.input<z.ZodObject<Shape>>> {
  return object
    .superRefine((value, context) => {
      const given = keys.filter((key) => (value as Record<string, unknown>)[key] !== undefined);
      if (given.length !== 1) {
        const found = given.length === 0 ? 'none is there' : `${given.join(' and ')} are there`;
        context.addIssue({
          code: 'custom',
          message: `exactly one of ${keys.join(', ')} is needed; ${found}`,
        });
      }
    })
    .meta({ description, oneOf: keys.map((key) => ({ required: [key] })) });
}

/** `127.0.0.1:8080`, `[::1]:8080`, `:8080` (all addresses) or `off`. */
export const listen: z.ZodType<Listen | undefined, string> = z
  .string({ error: 'write host:port, or off' })
  .transform((text, context) => {
    if (text === 'off') return undefined;
    const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]*):(\d{1,5})$/.exec(text);
    const port = Number(match?.[2]);
    if (match?.[1] === undefined || port > 65_535) {
      return refuse(context, `${quote(text)} is no address; write host:port such as 127.0.0.1:8080, or off`);
    }
    return { host: match[1].replaceAll(/[[\]]/g, '') || '0.0.0.0', port };
  });

/** An http(s) or ssh address, or a local path (made absolute later). Others are understood, and refused. */
export const remote: z.ZodType<Remote, string> = z
  .string()
  .min(1)
  .max(4096)
  .transform((text, context) => {
    const ssh = parseSshAddress(text);
    if (ssh !== undefined) return 'wrong' in ssh ? refuse(context, ssh.wrong) : ssh;
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { kind: 'local', path: text } as const;
    const why = refusedUrl(text, 'an https or ssh address, or a plain path');
    return why === undefined ? ({ kind: 'http', url: text } as const) : refuse(context, why);
  });

/** An http(s) address without user, query and fragment. */
export const httpUrl: z.ZodType<string, string> = z
  .string()
  .max(4096)
  .transform((text, context) => {
    const why = refusedUrl(text);
    return why === undefined ? text : refuse(context, why);
  });

/** `http://host:port` of an outbound proxy, or one of `words`. */
export function proxy(...words: readonly string[]): z.ZodType<string, string> {
  return z
    .string()
    .max(4096)
    .transform((text, context) => {
      if (words.includes(text)) return text;
      const url = URL.parse(text);
      const why =
        (url?.username ?? '') === '' && (url?.password ?? '') === ''
          ? refusedUrl(text, `http://host:port, or ${words.join(', or ')}`)
          : 'a user or password is never written here; write env, and give the whole address as HTTPS_PROXY';
      return why === undefined ? text : refuse(context, why);
    });
}

/** A name that people and programs write: of a repository, of an environment. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/, 'use letters, digits, dots, dashes; at most 63');

/** RFC 3339, as milliseconds since the epoch. */
export const instant: z.ZodType<number, string> = z.string().transform((text, context) => {
  const time = parseInstant(text);
  return time ?? refuse(context, `${quote(text)} is no RFC 3339 time; expected such as 2026-12-20T00:00:00Z`);
});

/** Host of a registry as image references name it, read into its canonical form. */
export const registryName: z.ZodType<string, string> = z.string().transform((text, context) => {
  const name = /[/@\s]/.test(text) ? undefined : parseRepository(`${text}/repository/name`);
  if (name?.repository.split('/').length === 3) return registryHost(name.repository);
  return refuse(
    context,
    `${quote(text)} is no registry host; write it as images do, such as ghcr.io or localhost:5000`,
  );
});

/** Branch names by the rules of git-check-ref-format. */
export const branch: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (name) =>
      !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$|^\/|^-|^@$|(?:^|\/)\.|\.lock(?:\/|$)/.test(name),
    'this is no branch name',
  );

/** A path glob, or a folder, below the repository's root. */
export const repositoryPath: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(1024)
  .refine(isInside, 'write a path from the root of the repository, without leading / and without ..');

/** A path or a glob of paths. What is none is told here, with its place, and not when it is first used. */
export const pathGlob: z.ZodType<string, string> = repositoryPath.superRefine((glob, context) => {
  if (glob === '' || !isInside(glob)) return;
  const compiled = compileGlob(glob, 'path');
  if ('error' in compiled)
    context.addIssue({ code: 'custom', message: `${quote(glob)} is no glob: ${compiled.error}` });
});

function isInside(path: string): boolean {
  return !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..');
}

function refusedUrl(text: string, expected = 'an http(s) address'): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'this is no URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return `${url.protocol}// is not supported; write ${expected}`;
  }
  if (url.username !== '' || url.password !== '') {
    return 'a user or password is never written in a URL; give them under auth';
  }
  if (url.search !== '' || url.hash !== '') return 'a query or fragment has no meaning here; remove it';
  return undefined;
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
