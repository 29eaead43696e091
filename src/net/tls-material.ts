import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { Failure } from '../core/failure.ts';

/** PEM texts for TLS connections. */
export interface TlsMaterial {
  /** Authorities to trust besides those of the system. */
  readonly ca?: string | undefined;
  /** Shown to servers that ask for one. */
  readonly clientCertificate?:
    { readonly cert: string; readonly key: string; readonly passphrase?: string | undefined } | undefined;
}

/**
 * Checks texts before they are used, so that the message names them and not the server.
 * @param owner whose they are: `of repository fleet`
 * @throws Failure `invalid-config` where a text is no certificate or key, or they do not fit; nothing of them is shown
 */
export function checkTlsMaterial({ ca, clientCertificate }: TlsMaterial, owner = ''): void {
  const of = owner === '' ? '' : ` ${owner}`;
  if (ca !== undefined) checkAuthorities(ca, of);
  if (clientCertificate === undefined) return;
  try {
    createSecureContext(clientCertificate);
  } catch (error) {
    throw new Failure(
      'invalid-config',
      `the client certificate${of} cannot be used: ${why(error, clientCertificate)}`,
    );
  }
}

/** Node takes text without any certificate, and trusts nothing more for it: that would be a riddle later. */
function checkAuthorities(text: string, of: string): void {
  const parts = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    const read = parts.map((part) => new X509Certificate(part));
    if (read.length === 0) throw new Error('none');
  } catch {
    throw new Failure('invalid-config', `the ca${of} holds no certificates in PEM that can be read`);
  }
}

function why(error: unknown, { cert, key }: NonNullable<TlsMaterial['clientCertificate']>): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.includes('KEY_VALUES_MISMATCH')) return 'its key belongs to another certificate';
  if (
    /BAD_DECRYPT|BAD_PASSWORD_READ|INTERRUPTED_OR_CANCELLED|MISSING_PASSPHRASE/.test(code) ||
    isLocked(key, cert)
  )
    return 'its key does not open with the passphrase that was given, or needs one';
  return 'cert or key is not in PEM, or is damaged';
}

/** One wrong passphrase in 256 opens a key to something that is none: then only the key's own text tells that it was locked. */
function isLocked(key: string, cert: string): boolean {
  if (!/Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED/.test(key)) return false;
  try {
    return new X509Certificate(cert).serialNumber !== '';
  } catch {
    return false; // then the certificate may be what is wrong
  }
}
