import { Failure, type FailureCode, type FailureDetail } from '../core/failure.ts';

/**
 * Says in words why a request failed. `unreachable` (with the cause: name, refusal, TLS, reset), `timeout`, `aborted`
 * or `bad-answer`; never with a header, a query or user info of the request.
 */
export function requestFailure(error: unknown, host: string, signal?: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  if (signal?.aborted === true) return new Failure('aborted', `the request to ${host} was stopped`, { host });
  const known = causes[errorCode(error)];
  if (known !== undefined) return known(host, error);
  const words = error instanceof Error ? error.message : String(error);
  const reason = /:SSL routines:[^:]*:([^:]+)/.exec(words)?.[1];
  if (reason !== undefined) return tls(`OpenSSL says "${reason}"`)(host, error);
  return new Failure('unreachable', `the connection to ${host} failed: ${words}`, {
    host,
    retryable: true,
    cause: error,
  });
}

export function tooLarge(host: string, limit: number): Failure {
  return new Failure(
    'too-large',
    `${host} answered with more than the ${limit} bytes that are allowed here`,
    {
      host,
    },
  );
}

/** A peer that sends a little again and again, and so never falls silent. @param readTimeout milliseconds */
export function endless(host: string, readTimeout: number): Failure {
  const time = readTimeout < 120_000 ? `${readTimeout / 1000} seconds` : `${readTimeout / 60_000} minutes`;
  const words = `${host} was still answering after ${time}; it was given up`;
  return new Failure('timeout', words, { host, retryable: true });
}

type Maker = (host: string, cause: unknown) => Failure;

function make(
  code: FailureCode,
  words: (host: string) => string,
  detail: Pick<FailureDetail, 'retryable'> = {},
): Maker {
  return (host, cause) => new Failure(code, words(host), { ...detail, host, cause });
}

const again = { retryable: true };
const tls = (words: string): Maker =>
  make('unreachable', (host) => `cannot reach ${host} by TLS: ${words}; the connection was given up`);
const unknownIssuer = tls('its certificate is signed by an authority that is not trusted here (set its CA)');
const wrongProtocol = tls(
  'it does not speak TLS on this port; a plain http server is declared (insecure: true of a registry, http:// in the url of a repository)',
);
const badCertificate = tls('it does not accept our client certificate');
const oldVersion = tls('it speaks no version of TLS that is new enough (1.2 at least)');
const cut = make('unreachable', (host) => `${host} cut the connection before its answer was complete`, again);
const noRoute = make('unreachable', (host) => `cannot reach ${host}: there is no route to it`, again);
const notHttp = make('bad-answer', (host) => `${host} answered something that is not HTTP`);
const notConnected = make('timeout', (host) => `${host} did not accept a connection in time`, again);
const badEncoding = make('bad-answer', (host) => `${host} answered with a compressed body that is damaged`);
const proxy = make('unreachable', (host) => `the proxy did not open a connection to ${host}`, again);

const causes: Readonly<Record<string, Maker>> = {
  ENOTFOUND: make(
    'unreachable',
    (host) => `cannot reach ${host}: its name is not known to DNS; check the spelling`,
  ),
  EAI_AGAIN: make('unreachable', (host) => `cannot reach ${host}: DNS did not answer`, again),
  ECONNREFUSED: make(
    'unreachable',
    (host) => `cannot reach ${host}: connection refused; check that the server runs and the port is right`,
    again,
  ),
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  ECONNRESET: cut,
  EPIPE: cut,
  UND_ERR_SOCKET: cut,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: cut,
  ERR_STREAM_PREMATURE_CLOSE: cut,
  ETIMEDOUT: notConnected,
  UND_ERR_CONNECT_TIMEOUT: notConnected,
  UND_ERR_HEADERS_TIMEOUT: make('timeout', (host) => `${host} did not answer in time`, again),
  UND_ERR_BODY_TIMEOUT: make('timeout', (host) => `${host} stopped in the middle of its answer`, again),
  UND_ERR_HEADERS_OVERFLOW: make('too-large', (host) => `${host} answered with headers that are too long`),
  HPE_HEADER_OVERFLOW: make('too-large', (host) => `${host} answered with headers that are too long`),
  UND_ERR_HTTP_PARSER: notHttp,
  UND_ERR_PRX_CONN: proxy,
  UND_ERR_PRX_TLS: proxy,
  UND_ERR_DESTROYED: make('aborted', (host) => `the request to ${host} was stopped: the client was closed`),
  UND_ERR_CLOSED: make('aborted', (host) => `the request to ${host} was stopped: the client was closed`),
  UND_ERR_INVALID_ARG: make(
    'internal',
    (host) => `a request to ${host} has a header or an address that is not valid`,
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: tls('its certificate is self-signed (set its CA)'),
  SELF_SIGNED_CERT_IN_CHAIN: tls('its certificate chain ends in a self-signed one (set its CA)'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  CERT_HAS_EXPIRED: tls('its certificate has expired'),
  CERT_NOT_YET_VALID: tls('its certificate is not valid yet'),
  CERT_REVOKED: tls('its certificate was revoked'),
  ERR_TLS_CERT_ALTNAME_INVALID: tls('its certificate is for another name'),
  EPROTO: wrongProtocol,
  ERR_SSL_WRONG_VERSION_NUMBER: wrongProtocol,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: wrongProtocol,
  ERR_SSL_UNSUPPORTED_PROTOCOL: oldVersion,
  TLS_ALERT_70: oldVersion,
  TLS_ALERT_40: tls('it refused the handshake; it may want a client certificate (set clientCertificate)'),
  TLS_ALERT_116: tls('it wants a client certificate (set clientCertificate)'),
  TLS_ALERT_42: badCertificate,
  TLS_ALERT_43: badCertificate,
  TLS_ALERT_44: badCertificate,
  TLS_ALERT_45: badCertificate,
  TLS_ALERT_46: badCertificate,
  TLS_ALERT_48: badCertificate,
  Z_DATA_ERROR: badEncoding,
  Z_BUF_ERROR: badEncoding,
};

/** The innermost code that we know: undici and the socket layer wrap causes, happy eyeballs collects several. */
function errorCode(error: unknown): string {
  let at: unknown = error;
  let found = '';
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    const key = codeOf(at);
    if (Object.hasOwn(causes, key)) found = key;
    at = at instanceof AggregateError && at.cause === undefined ? at.errors[0] : at.cause;
  }
  return found;
}

function codeOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const alert = tlsAlert(error);
  if (alert !== undefined && Object.hasOwn(causes, alert)) return alert;
  if (Object.hasOwn(causes, code)) return code;
  // undici's parser errors carry the parser's own code or none; brotli has a code per kind of damage.
  if (error.name === 'HTTPParserError') return 'UND_ERR_HTTP_PARSER';
  return code.startsWith('ERR__ERROR_') || code.startsWith('Z_') ? 'Z_DATA_ERROR' : code;
}

/** OpenSSL numbers a peer's alert (RFC 8446, 6) as 1000 more, in hexadecimal, whatever name and code the error got. */
function tlsAlert(error: Error): string | undefined {
  const reason = /error:0A000([0-9A-F]{3}):SSL routines/.exec(error.message)?.[1];
  return reason === undefined ? undefined : `TLS_ALERT_${Number.parseInt(reason, 16) - 1000}`;
}
