import { execFile } from 'node:child_process';
import { Failure } from '../../core/failure.ts';
import type { RegistryCredentials } from '../ports.ts';

/**
 * Asks `docker-credential-NAME get` by Docker's helper protocol: the server's name on its standard input, JSON on its output. No shell; 10 seconds
 * and 64 KiB at most.
 * @param name checked by `parseDockerConfig`
 * @returns `undefined` where the helper has nothing for the server
 * @throws Failure `invalid-config` (not installed) or `auth-failed`; never with what the helper printed
 */
export async function askHelper(
  name: string,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RegistryCredentials | undefined> {
  const { error, output } = await run(`docker-credential-${name}`, server, environment);
  if (error !== null && 'code' in error && error.code === 'ENOENT') {
    throw new Failure(
      'invalid-config',
      `the credential helper docker-credential-${name} for ${server} is not installed`,
    );
  }
  // The protocol has no code for it: helpers say so in these words, and end with 1.
  if (error !== null && /^credentials not found/i.test(output.trim())) return undefined;
  if (error !== null)
    throw failed(name, server, 'killed' in error && error.killed === true ? 'did not end in time' : 'failed');
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    throw failed(name, server, 'answered something that is not JSON');
  }
  const { Username: username, Secret: secret } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw failed(name, server, 'answered without Username and Secret');
  }
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

const timeout = 10_000;
const largestOutput = 65_536;

function run(
  program: string,
  input: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly error: Error | null; readonly output: string }> {
  return new Promise((resolve) => {
    const options = {
      env: { ...environment },
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: largestOutput,
    } as const;
    const child = execFile(program, ['get'], options, (error, output) => resolve({ error, output }));
    // A helper may end without reading; how it ended is told by its exit.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function failed(name: string, server: string, words: string): Failure {
  return new Failure(
    'auth-failed',
    `the credential helper docker-credential-${name} ${words} when asked for ${server}`,
  );
}
