import { Failure } from '../../core/failure.ts';
import type { RemoteRef } from '../transport.ts';
import { cutOff, packetText, type Packet } from './pkt-line.ts';
import type { Peer } from './words.ts';

/** By name; the value after `=`, or empty text. */
export type Capabilities = ReadonlyMap<string, string>;

export type Advertisement =
  | { readonly version: 2; readonly capabilities: Capabilities }
  /** Versions 0 and 1: the refs come with the capabilities (gitprotocol-pack, "Reference Discovery"). */
  | { readonly version: 0; readonly capabilities: Capabilities; readonly refs: readonly RemoteRef[] };

/**
 * Reads the answer of `info/refs`, to the end of `packets`.
 * @throws Failure `bad-answer` where it is none, or the repository's ids are not SHA-1
 */
export async function readAdvertisement(packets: AsyncIterable<Packet>, peer: Peer): Promise<Advertisement> {
  const lines: string[] = [];
  for await (const packet of packets) {
    if (packet.kind === 'data') lines.push(checkLine(packet.data, peer));
  }
  const announced = lines[0]?.startsWith('# service=') === true;
  if (announced) lines.shift();
  // Git's version 0 has nothing at all to say of an empty repository.
  return announced && lines.length === 0 ? emptyRepository : parseAdvertisement(lines, peer);
}

/**
 * Reads what a service that was started says first, up to its flush: where the connection stays, its bytes have no end here.
 * @param limit bytes of it: those of the connection may be meant for a pack
 * @throws Failure as `readAdvertisement`, also where `packets` end before the flush, and `too-large`
 */
export async function readGreeting(
  packets: AsyncIterator<Packet, unknown, undefined>,
  peer: Peer,
  limit: number,
): Promise<Advertisement> {
  const lines: string[] = [];
  let size = 0;
  for (;;) {
    const next = await packets.next();
    if (next.done === true) throw cutOff(peer);
    if (next.value.kind === 'flush') break;
    if (next.value.kind !== 'data') continue;
    size += next.value.data.length;
    if (size > limit) throw tooLong(peer, limit);
    lines.push(checkLine(next.value.data, peer));
  }
  return lines.length === 0 ? emptyRepository : parseAdvertisement(lines, peer);
}

/** A line's text; an `ERR` line becomes a Failure in the server's words. */
export function checkLine(data: Uint8Array, peer: Peer): string {
  const text = packetText(data);
  if (!text.startsWith('ERR ')) return text;
  const { host } = peer;
  const words = peer.words(text.slice(4));
  if (words.includes('not our ref')) {
    // The branch moved and its old commits are gone: a new look at the refs helps.
    throw new Failure('not-found', `${host} no longer has what was asked for: ${words}`, {
      host,
      retryable: true,
    });
  }
  throw new Failure('bad-answer', `${host} refused the request: ${words}`, { host });
}

function tooLong({ host }: Peer, limit: number): Failure {
  const words = `${host} listed its refs with more than the ${limit} bytes that are allowed here`;
  return new Failure('too-large', words, { host });
}

const emptyRepository: Advertisement = { version: 0, capabilities: new Map(), refs: [] };

function parseAdvertisement(lines: readonly string[], peer: Peer): Advertisement {
  return lines[0] === 'version 2' ? versionTwo(lines, peer) : versionZero(lines, peer);
}

/**
 * Reads `<id> <name>`.
 * @throws Failure `bad-answer` where it is none
 */
export function parseRef(line: string, peer: Peer): RemoteRef {
  // Anything after the name is an attribute that was not asked for. Git allows neither blanks nor control characters in names.
  const match = /^([0-9a-f]{40}) ([^\p{Cc} ]+)(?: .*)?$/u.exec(line);
  if (match === null) {
    const { host } = peer;
    const shown = peer.words(line).slice(0, 100);
    throw new Failure('bad-answer', `${host} listed a ref that cannot be read: ${JSON.stringify(shown)}`, {
      host,
    });
  }
  const [, id = '', name = ''] = match;
  return { id, name };
}

function versionTwo(lines: readonly string[], peer: Peer): Advertisement {
  return { version: 2, capabilities: parseCapabilities(lines.slice(1), peer) };
}

function versionZero(lines: readonly string[], peer: Peer): Advertisement {
  const rest = lines[0] === 'version 1' ? lines.slice(1) : lines;
  const [first = '', words] = (rest[0] ?? '').split('\0');
  if (words === undefined) {
    const { host } = peer;
    throw new Failure('bad-answer', `${host} did not list its refs as git does; check the url`, { host });
  }
  // Before the refs, whose ids another format would make unreadable.
  const capabilities = parseCapabilities(words.trim().split(' '), peer);
  const refs = [first, ...rest.slice(1)]
    .filter((line) => !line.startsWith('shallow '))
    .map((line) => parseRef(line, peer))
    // An empty repository has one line without a ref; `^{}` lines give the objects below tags.
    .filter((ref) => !ref.name.endsWith('^{}'));
  return { version: 0, capabilities, refs };
}

function parseCapabilities(words: readonly string[], peer: Peer): Capabilities {
  const capabilities = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) capabilities.set(word, '');
    else capabilities.set(word.slice(0, equals), word.slice(equals + 1));
  }
  const format = capabilities.get('object-format') ?? 'sha1';
  if (format !== 'sha1') {
    const { host } = peer;
    const said = `the repository on ${host} uses ${peer.words(format)} object ids; only sha1 can be read`;
    throw new Failure('bad-answer', said, { host });
  }
  return capabilities;
}
