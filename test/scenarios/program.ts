import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../rules/files.ts';

/** The program, for tests that end it in the middle or run several of it. */
export const program = join(root, 'bin/tallyman.mjs');

/** Compiled code is shared by the tests that give each run a home folder of its own. */
export const programEnvironment = { NODE_COMPILE_CACHE: join(tmpdir(), 'tallyman-compiled-tests') };
