import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a broken server does. */
export type Fault =
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Answers this instead of asking git. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** After so many bytes of git's answer: cuts the connection, ends the answer as if it were whole, or goes silent. */
  | { readonly kind: 'drop' | 'end' | 'stall'; readonly after: number };

export function sendFault(
  request: IncomingMessage,
  response: ServerResponse,
  fault: Exclude<Fault, { after: number }>,
): void {
  request.resume();
  if (fault.kind === 'hang') return;
  response.writeHead(fault.status, fault.headers);
  response.end(fault.body);
}
