import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Failure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import { formatPlace, type Position } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { FluxFile } from '../dialects/flux2/kustomize.ts';
import { readFlux2 } from '../dialects/flux2/read.ts';
import type { ForeignPolicy } from '../dialects/model.ts';
import { readAnnotatedDialects } from '../dialects/read-annotated.ts';
import { readFacts } from '../fields/facts.ts';
import type { FileFacts, FluxDocument } from '../fields/model.ts';
import { nameClass } from '../fields/name-class.ts';
import { parseRepository } from '../image/reference.ts';
import { loadPolicy } from '../policy/document/load.ts';
import type { Policy } from '../policy/model.ts';
import { decode } from '../yaml/decode.ts';
import { positionsOf } from '../yaml/lines.ts';
import type { Outline } from '../yaml/outline.ts';
import { readOutline } from '../yaml/read.ts';
import type { CliContext } from './context.ts';
import { annotationCandidates, type Candidate } from './elect-annotations.ts';
import { reasonOf } from './reason-of.ts';
import { resolve } from './session.ts';

/** The policy that a file of any dialect holds (product.md, 10), found out by its content. */
export interface ChosenPolicy {
  readonly policy: Policy;
  /** What the field of the same file holds: the current value of a rule that is relative to it. */
  readonly held: string | null;
  /** What has no equal here and was left out. */
  readonly problems: readonly Problem[];
}

/** @throws Failure `invalid-input` where there is no valid policy of that name, or several and no name */
export async function choosePolicy(
  file: string,
  name: string | undefined,
  context: CliContext,
): Promise<ChosenPolicy> {
  const bytes = await readFile(resolve(file, context)).catch((cause: unknown) => {
    throw new Failure('invalid-input', `The policy file ${file} cannot be read: ${reasonOf(cause)}.`, {
      file,
      cause,
    });
  });
  const outline = outlineOf(bytes, file);
  const facts = readFacts(bytes, 'yaml');
  const { candidates, problems } = await candidatesIn(outline, facts, file, context);
  const [problem] = facts.problems;
  // The file was named, so nothing in it is somebody else's.
  if (problem !== undefined && candidates.every(({ dialect }) => dialect === 'tallyman'))
    throw invalid({ ...problem, file });
  const [first] = problems;
  if (candidates.length === 0 && first !== undefined) throw invalid({ file, ...first });
  const chosen = chooseByName(candidates, file, name);
  if (chosen.policy !== undefined)
    return { policy: chosen.policy, held: chosen.held, problems: [...problems, ...chosen.problems] };
  const all = [...chosen.problems, ...problems];
  const reason = all.find(({ code }) => code !== 'not-supported') ?? all[0];
  if (reason === undefined) throw new Failure('internal', `${file} gives neither a policy nor a problem.`);
  throw invalid({ file, ...reason });
}

/** The whole file must be YAML. */
function outlineOf(bytes: Uint8Array, file: string): Outline {
  const decoded = decode(bytes);
  if ('refused' in decoded) throw invalid({ file, message: decoded.refused });
  const read = readOutline(decoded.text);
  if ('outline' in read) return read.outline;
  const { offset, message } = read.error;
  throw invalid({ file, ...positionsOf(decoded.text)(offset), message });
}

async function candidatesIn(
  outline: Outline,
  facts: FileFacts,
  file: string,
  context: CliContext,
): Promise<{ readonly candidates: readonly Candidate[]; readonly problems: readonly Problem[] }> {
  const ours = facts.policies.map((document): Candidate => {
    const name = nameOf(document.value);
    return { name, dialect: 'tallyman', held: null, ...loadPolicy(document, file) };
  });
  const annotated = readAnnotatedDialects(outline, file);
  const flux = await flux2In(facts, file, context);
  const foreign = [...flux, ...annotated.policies].map((one) => ({ ...one, held: one.field?.tag ?? null }));
  const optedIn = annotationCandidates({ path: file, id: file, facts });
  return { candidates: [...ours, ...optedIn, ...foreign], problems: annotated.problems };
}

/** The ImageRepository may stand in another file of the same folder; a policy elects without one as well, and says so. */
async function flux2In(
  facts: FileFacts,
  file: string,
  context: CliContext,
): Promise<readonly ForeignPolicy[]> {
  if (!facts.flux.some(({ kind }) => kind === 'ImagePolicy')) return [];
  const files: FluxFile[] = [{ path: file, facts }];
  const folder = dirname(resolve(file, context));
  const names = await readdir(folder).catch(() => []);
  const beside = names.filter((name) => /\.ya?ml$|^Kustomization$/.test(name) && name !== basename(file));
  for (const name of beside.toSorted().slice(0, mostBeside)) {
    const path = `${folder}/${name}`;
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true || found.size > largestBeside) continue;
    const shown = file.includes('/') ? `${dirname(file)}/${name}` : name;
    const other = readFacts(await readFile(path), nameClass(name));
    files.push({ path: shown, facts: { ...other, flux: other.flux.filter((one) => isMissing(one, facts)) } });
  }
  const standIn = parseRepository('unknown');
  const { policies } = readFlux2(files, standIn === undefined ? {} : { standIn });
  return policies.filter(({ object }) => object.file === file);
}

/** What stands in the file itself goes before its neighbours in the folder, and their policies are not asked for. */
function isMissing({ kind, name }: FluxDocument, own: FileFacts): boolean {
  return kind === 'ImageRepository' && !own.flux.some((one) => one.kind === kind && one.name === name);
}

/** Files of the folder that are looked at for an ImageRepository, and the bytes of each. */
const mostBeside = 1000;
const largestBeside = 1_000_000;

function chooseByName(candidates: readonly Candidate[], file: string, name: string | undefined): Candidate {
  const [first] = candidates;
  const names = candidates.map((one) => one.name);
  if (first === undefined) {
    const message = `${file} holds no ImagePolicy (apiVersion tallyman.dev/v1), no annotation tallyman.dev/policy, and no policy of Flux 2, Flux v1, Keel or Argo CD Image Updater.`;
    throw new Failure('invalid-input', message, { file });
  }
  if (name === undefined && candidates.length > 1) {
    const message = `${file} holds ${candidates.length} policies (${names.join(', ')}): say which with --name.`;
    throw new Failure('invalid-input', message, { file });
  }
  if (name === undefined) return first;
  const exact = candidates.filter((one) => one.name === name);
  // Of Flux 2, the name without its namespace will do.
  const found = exact.length > 0 ? exact : candidates.filter((one) => one.name.endsWith(`:${name}`));
  const [chosen] = found;
  if (chosen !== undefined && found.length === 1) return chosen;
  if (chosen !== undefined) {
    const shown = found.map((one) => one.name).join(', ');
    throw new Failure('invalid-input', `${file} holds ${found.length} policies "${name}": ${shown}.`, {
      file,
    });
  }
  const message = `${file} holds no policy "${name}"${didYouMean(name, names)}. It holds ${names.join(', ')}.`;
  throw new Failure('invalid-input', message, { file });
}

function invalid(problem: Partial<Position> & { file: string; message: string }): Failure {
  const { file, line, column, message } = problem;
  const place = line === undefined || column === undefined ? file : formatPlace({ file, line, column });
  const position = line === undefined || column === undefined ? {} : { line, column };
  return new Failure('invalid-input', `${place}: ${message}`, { file, ...position });
}

function nameOf(value: unknown): string {
  const { metadata } = (value ?? {}) as { metadata?: { name?: unknown } };
  return typeof metadata?.name === 'string' ? metadata.name : '';
}
