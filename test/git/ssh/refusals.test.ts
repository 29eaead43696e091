import { describe, expect, it } from 'vitest';
import { refusalFailure } from '../../../src/git/ssh/refusals.ts';
import { cleanWords } from '../../../src/git/wire/words.ts';

const peer = { host: 'git.example.com', words: cleanWords };
const refusal = (said: string, exit: number | undefined, service = 'git-upload-pack' as const) =>
  refusalFailure({ peer, repository: 'git@git.example.com:x', service, said, exit, cause: undefined });

describe('a program that ends without an answer', () => {
  it.each([
    ['git', "fatal: '/srv/x' does not appear to be a git repository", 'not-found'],
    ['GitHub', 'ERROR: Repository not found.\nfatal: Could not read from remote repository.', 'not-found'],
    [
      'GitLab',
      "ERROR: The project you were looking for could not be found or you don't have permission to view it.",
      'not-found',
    ],
    ['Gitea', 'Gitea: Cannot find repository: acme/x: repository does not exist', 'not-found'],
    ['Bitbucket', 'conq: repository does not exist.', 'not-found'],
    [
      'a read-only key',
      'ERROR: The key you are authenticating with has been marked as read only.',
      'forbidden',
    ],
    ['GitLab, pushing', 'GitLab: You are not allowed to push code to this project.', 'forbidden'],
    ['Gerrit', 'fatal: remote: Push denied', 'forbidden'],
    ['a file system', "error: cannot open '/srv/x': Permission denied", 'forbidden'],
    ['nothing known', 'fatal: something else', 'bad-answer'],
    ['no words', '', 'bad-answer'],
  ] as const)('is understood by its words: %s', (_label, said, code) => {
    const failure = refusal(said, 128);
    expect(failure).toMatchObject({ code, host: 'git.example.com', retryable: false });
    expect(failure.message).toContain('git@git.example.com:x');
    expect(
      failure.message.endsWith(said === '' ? 'without an answer (status 128)' : `; it says: ${said}`),
    ).toBe(true);
  });

  it('is told apart where there is no such program', () => {
    const failure = refusal('bash: line 1: git-upload-pack: command not found', 127);
    expect(failure).toMatchObject({ code: 'bad-answer' });
    expect(failure.message).toContain('has no program git-upload-pack; git must be installed there');
  });
});
