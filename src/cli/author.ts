import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure } from '../core/failure.ts';
import type { Person } from '../release/log.ts';
import type { CliContext } from './context.ts';

/**
 * Who orders it: `--author`, else git's `GIT_AUTHOR_NAME` and `GIT_AUTHOR_EMAIL`, else `user.name` and `user.email` of git's own settings.
 * @throws Failure `usage` where nobody is named: a commit by a person needs one
 */
export async function authorOf(given: string | undefined, context: CliContext): Promise<Person> {
  if (given !== undefined) return parseAuthor(given);
  const { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email } = context.environment;
  const found = {
    name: name ?? (await setting('user.name', context)),
    email: email ?? (await setting('user.email', context)),
  };
  if (isName(found.name) && isName(found.email)) return { name: found.name, email: found.email };
  throw new Failure(
    'usage',
    'The commit needs a person as its author, and git knows none here; name one: --author "Ann Example <ann@example.com>".',
  );
}

function parseAuthor(text: string): Person {
  const [, name, email] = /^([^<>]+) <([^<> ]+)>$/.exec(text.trim()) ?? [];
  if (isName(name) && isName(email)) return { name: name.trim(), email };
  throw new Failure(
    'usage',
    `--author "${text}" is no author; expected one such as "Ann Example <ann@example.com>".`,
  );
}

/** As git itself demands it: no line breaks, no brackets, not empty. */
function isName(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '' && text.length <= 500 && !/[\p{Cc}<>]/u.test(text);
}

/** What git has in its settings; nothing where there is no git. */
async function setting(key: string, { directory, environment }: CliContext): Promise<string | undefined> {
  try {
    const options = { cwd: directory, env: environment, timeout: 5000 };
    const { stdout } = await promisify(execFile)('git', ['config', '--get', key], options);
    return stdout.trim();
  } catch {
    return undefined;
  }
}
