import { Failure } from '../core/failure.ts';
import type { ConfigRepository } from '../git/repository.ts';
import type { RunSettings } from '../run/settings.ts';
import type { CliContext } from './context.ts';
import { directoryPath, directorySettings, optionalConfig } from './directory.ts';
import type { ConfigOptions } from './session.ts';

export interface CheckoutOptions extends ConfigOptions {
  readonly dir: string;
  readonly branch: string | undefined;
}

/**
 * Opens the git history of a local checkout (`--dir`), with what the configuration says of it, where there is one.
 * @param use is given notes for people as well: a shallow checkout tells only a part
 * @throws Failure `invalid-input` where a partial clone lacks what is read
 */
export async function withCheckout<Result>(
  options: CheckoutOptions,
  context: CliContext,
  use: (
    checkout: { readonly repository: ConfigRepository; readonly settings: RunSettings },
    notes: readonly string[],
  ) => Promise<Result>,
): Promise<Result> {
  const path = await directoryPath(options.dir, context);
  const config = await optionalConfig(options, context);
  const settings = directorySettings(config, options.repository);
  const { repository, branch, shallow, partial } = await context.wiring.openCheckout(path, options.branch);
  const notes = shallow
    ? [
        `Note: this checkout of ${branch} is shallow, so older releases are not seen; "git fetch --unshallow" brings them.`,
      ]
    : [];
  try {
    return await use({ repository, settings }, notes);
  } catch (error) {
    if (partial && error instanceof Failure && error.code === 'corrupt') throw partly(path, error);
    throw error;
  } finally {
    await repository.close();
  }
}

/** Nothing is fetched for who reads a checkout: it works without network. */
function partly(path: string, cause: Failure): Failure {
  const message = `${path} is a partial clone (git clone --filter), and lacks files that the history is compared with; \`git fetch --refetch --no-filter\` in it brings them, or clone without --filter.`;
  return new Failure('invalid-input', message, { cause });
}
