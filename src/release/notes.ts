import { compareLink } from './compare-link.ts';
import type { Intent } from './model.ts';
import { oneLine } from './text.ts';

/** One release, as notes tell of it. */
export interface NotedRelease {
  readonly service: string;
  readonly environment: string;
  readonly image: string;
  readonly from: string;
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
  readonly commit: string;
  readonly intent: Intent;
  readonly link: string | undefined;
  readonly source: string | undefined;
  readonly fromRevision: string | undefined;
  readonly revision: string;
}

/**
 * Release notes as Markdown: by service and environment, from the oldest value that was left to the newest that came, with a link to
 * what changed, and the steps between. Everything that comes from a repository is in code spans, unless it is a plain name, so that nothing
 * in it is markup, a link or a mention.
 * @param releases newest first
 * @param span what the notes are of, such as two dates
 */
export function renderNotes(releases: readonly NotedRelease[], span: string): string {
  const services = Map.groupBy(releases, ({ service }) => service);
  const names = [...services.keys()].sort(compareNames);
  const sections = names.map((name) => section(name, services.get(name) ?? []));
  const body = sections.length === 0 ? 'Nothing was released.\n' : sections.join('\n');
  return `# Releases, ${span}\n\n${body}`;
}

function section(service: string, releases: readonly NotedRelease[]): string {
  // The same step of several fields (replicas of a service, several files) is one release.
  const groups = Map.groupBy(releases, ({ environment, image }) => JSON.stringify([environment, image]));
  const lines = [...groups.values()].flatMap(environmentLines);
  return `## ${plain(service)}\n\n${lines.join('\n')}\n`;
}

function environmentLines(releases: readonly NotedRelease[]): string[] {
  const steps = distinctSteps(releases);
  const [newest] = steps;
  const oldest = steps.at(-1);
  if (newest === undefined || oldest === undefined) return [];
  const { environment, image } = newest;
  const link =
    steps.length === 1
      ? newest.link
      : compareLink(newest.source ?? oldest.source, oldest.fromRevision, newest.revision);
  const where = environment === '' ? '' : `**${plain(environment)}** `;
  const head = `- ${where}${arrow(oldest.from, newest.to)} of ${code(image, 'an image')}${changes(link)}${told(newest, steps)}`;
  return steps.length === 1 ? [head] : [head, ...steps.map(stepLine)];
}

function stepLine(step: NotedRelease): string {
  return `  - ${arrow(step.from, step.to)}${changes(step.link)}${told(step, [step])}`;
}

/** When, by whom and in which commit: only where one commit is meant. */
function told({ at, by, commit, intent }: NotedRelease, steps: readonly unknown[]): string {
  if (steps.length !== 1) return '';
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const what = intent === 'update' ? '' : `, ${intent}`;
  return `, ${when}Z by ${code(by, 'nobody')} in ${code(commit.slice(0, 10), 'a commit')}${what}`;
}

function distinctSteps(releases: readonly NotedRelease[]): readonly NotedRelease[] {
  const steps = new Map<string, NotedRelease>();
  for (const release of releases) {
    const key = JSON.stringify([release.commit, release.from, release.to, release.intent]);
    if (!steps.has(key)) steps.set(key, release);
  }
  return [...steps.values()];
}

function arrow(from: string, to: string): string {
  return from === to ? code(to, 'nothing') : `${code(from, 'nothing')} -> ${code(to, 'nothing')}`;
}

function changes(link: string | undefined): string {
  // An angle bracket ends such a link, and none can be in an address that was checked.
  return link === undefined ? '' : ` ([changes](<${link}>))`;
}

/** @param otherwise where nothing of it can be seen: an empty span would end at the next one */
function code(text: string, otherwise: string): string {
  return `\`${oneLine(text, 128).replaceAll('`', "'") || otherwise}\``;
}

/** A name as it is, where no forge makes a mention, a reference or a link of it: escapes do not keep them from that. */
function plain(name: string): string {
  const isPlain = name.length <= 128 && /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name);
  return isPlain && !/^(?:[0-9a-f]{7,}|gh-\d+)$/.test(name) ? name : code(name, 'unknown');
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
