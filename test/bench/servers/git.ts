import { startGitServer } from '../../peers/git-server.ts';

// A process for `startServer`: git http-backend over the bare repositories of a folder.
const server = await startGitServer({ root: process.argv[2] ?? '.' });
process.on('message', () => {
  process.send?.(server.requests.splice(0).map(({ method, path }) => `${method} ${path}`));
});
process.once('disconnect', () => void server.close());
process.send?.(server.url);
