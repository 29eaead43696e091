import { expect, it } from 'vitest';
import { makeCommits } from '../git/make-commit.ts';
import { git } from '../git/git.ts';
import { openWeb, tag, takeBack } from './orders.ts';

it('what was taken back stays so below commits whose clock was wrong', async () => {
  const on = await openWeb();
  try {
    await takeBack(on);
    const odd = { files: { 'notes.yaml': 'odd: true\n' }, message: 'No clock\n', at: 1_000_000_000_000 };
    const { commit } = await on.repository.sync();
    const ids = makeCommits(on.path, [
      { ...odd, parents: [commit] },
      ...Array.from({ length: 30 }, () => ({ ...odd, parents: [] })),
    ]);
    git(on.path, 'update-ref', 'refs/heads/main', ids.at(-1) ?? '', commit);
    on.forget();
    expect((await on.run()).outcome).toBe('unchanged');
    expect(await tag(on)).toBe('1.0.0');
    on.push('web', '1.2.0');
    await on.run();
    expect(await tag(on)).toBe('1.2.0');
  } finally {
    await on.close();
  }
});
