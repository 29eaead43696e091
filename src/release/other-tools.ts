import type { Signs } from './log.ts';

/** Tools whose commits are readable as history, beside our own. */
export const otherTools = ['flux2', 'argocd-image-updater'] as const;
export type OtherTool = (typeof otherTools)[number];

/** What another tool's message says of one image. Empty text where the message does not tell. */
export interface OtherChange {
  readonly tool: OtherTool;
  /** The ImageUpdateAutomation (`namespace/name`), or the Application. */
  readonly name: string;
  readonly file: string;
  readonly image: string;
  readonly from: string;
  readonly fromDigest: string;
  readonly to: string;
  readonly digest: string;
}

/** Changes that are read from one message at most. */
const mostChanges = 1000;

/**
 * What a commit of Flux 2 or Argo CD Image Updater released, by the messages that these tools write unless they are told
 * otherwise. Empty where it is none of those: a message by a template of somebody's own is not readable. Nothing here is compared with the
 * files. Linear in the message's length.
 *
 * - Argo CD Image Updater's own message: the Application, each image with its old and new tag.
 * - Flux 2's own message: that something was updated, and no more.
 * - The template of Flux 2's guide, in its older and newer form: automation, files, old and new values.
 */
export function readOtherTool(message: string): readonly OtherChange[] {
  if (message.includes(updaterStart)) return readUpdater(message);
  if (message.includes(fluxDefault) && message.trim() === fluxDefault) return [{ ...nothing, tool: 'flux2' }];
  return /^[\s*]*Automated image update\b/i.test(message) ? readGuide(message) : [];
}

const updaterStart = 'build: automatic update of ';
const fluxDefault = 'Update from image update automation';

/** One of these is in each message of which `readOtherTool` reads anything. */
export const otherToolSigns: Signs = {
  anywhere: [updaterStart, fluxDefault],
  atStart: 'automated image update',
};

const nothing = { name: '', file: '', image: '', from: '', fromDigest: '', to: '', digest: '' } as const;

function readUpdater(message: string): readonly OtherChange[] {
  const changes: OtherChange[] = [];
  let name: string | undefined;
  for (const line of linesOf(message)) {
    const start = /^build: automatic update of (\S+)/.exec(line);
    if (start !== null) name = start[1];
    const update = /^updates image (\S+) tag '([^']*)' to '([^']*)'$/.exec(line);
    if (name === undefined || update === null || changes.length >= mostChanges) continue;
    const [, image = '', from = '', to = ''] = update;
    const [left, right] = [version(from), version(to)];
    changes.push({
      ...nothing,
      tool: 'argocd-image-updater',
      name,
      image,
      from: left.tag,
      fromDigest: left.digest,
      to: right.tag,
      digest: right.digest,
    });
  }
  return changes;
}

function readGuide(message: string): readonly OtherChange[] {
  const lines = linesOf(message);
  const name = lines.map((line) => /^Automation(?: name)?: (\S+)$/.exec(line)?.[1]).find((found) => found);
  if (name === undefined) return [];
  const changes = new Map<string, OtherChange>();
  const files: string[] = [];
  let section = '';
  for (const line of lines) {
    const head = /^(Files|Objects|Images|Changes):$/.exec(line)?.[1];
    if (head !== undefined) section = head;
    const [, item] = /^- (.+)$/.exec(line) ?? [];
    if (item === undefined || changes.size >= mostChanges) continue;
    if (section === 'Files') files.push(item);
    const change = section === 'Images' ? imageChange('', item) : arrowChange(item);
    if (change !== undefined)
      changes.set(JSON.stringify(change), { ...nothing, ...change, tool: 'flux2', name });
  }
  // With several files the message does not say which change is whose.
  const [file = ''] = files.length === 1 ? files : [];
  const found = [...changes.values()].map((change) => ({ ...change, file }));
  return found.length > 0 ? found : [{ ...nothing, tool: 'flux2', name, file }];
}

type Step = Pick<OtherChange, 'image' | 'from' | 'fromDigest' | 'to' | 'digest'>;

function arrowChange(item: string): Step | undefined {
  const [, from, to] = /^(\S+) -> (\S+)$/.exec(item) ?? [];
  return from === undefined || to === undefined ? undefined : imageChange(from, to);
}

/** Values are whole references, or what a marker of a part wrote: a tag, a digest, a name. */
function imageChange(from: string, to: string): Step {
  const [old, next] = [reference(from), reference(to)];
  return { image: next.image, from: old.tag, fromDigest: old.digest, to: next.tag, digest: next.digest };
}

function reference(text: string): { image: string; tag: string; digest: string } {
  const { tag: rest, digest } = version(text);
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/'))
    return { image: rest.slice(0, colon), tag: rest.slice(colon + 1), digest };
  return rest.includes('/') ? { image: rest, tag: '', digest } : { image: '', tag: rest, digest };
}

/** `tag`, `tag@digest`, `digest`. */
function version(text: string): { tag: string; digest: string } {
  const [, tag = '', digest] = /^(.*?)@?(sha256:[0-9a-f]{64})$/.exec(text) ?? [];
  return digest === undefined ? { tag: text, digest: '' } : { tag, digest };
}

/** Without what squashes put before a line. */
function linesOf(message: string): readonly string[] {
  return message.split(/\r\n?|\n/).map((line) =>
    line
      .slice(0, longestLine)
      .replace(/^[\s>*]{0,32}/, '')
      .trimEnd(),
  );
}

const longestLine = 4096;
