/** Data types of the SSH protocol (RFC 4251, section 5). */

/** Four bytes, big-endian. */
export function sshUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Its length, then the bytes. */
export function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([sshUint32(bytes.length), bytes]);
}

/** A non-negative big-endian integer without needless zeros; a zero goes before a high bit, which would mean minus. */
export function sshMpint(value: Uint8Array): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  if (start < 0) return sshString('');
  const digits = value.subarray(start);
  return sshString((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}

/** PEM-like text around base64 in lines of 70, as OpenSSH writes it; without a final newline. */
export function sshArmor(title: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  return [`-----BEGIN ${title}-----`, ...lines, `-----END ${title}-----`].join('\n');
}
