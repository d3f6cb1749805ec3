import { crc32 } from 'node:zlib';

/**
 * Returns a frame of application/vnd.amazon.eventstream: lengths, their checksum, headers, payload, checksum of all.
 * `headerBytes` are encoded headers before `headers`.
 */
export function eventFrame(
  headers: Readonly<Record<string, string>>,
  payload: unknown,
  headerBytes: Uint8Array = new Uint8Array(),
): Uint8Array {
  const head = Buffer.concat([
    headerBytes,
    ...Object.entries(headers).map(([name, value]) => header(name, value)),
  ]);
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  // Two lengths and their checksum precede the headers, and a checksum ends the frame, with four bytes each.
  const bytes = Buffer.alloc(16 + head.length + body.length);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(head.length, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  head.copy(bytes, 12);
  body.copy(bytes, 12 + head.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - 4)), bytes.length - 4);
  return bytes;
}

/** Returns an encoded header of type 7, a string with two length bytes. */
function header(name: string, value: string): Uint8Array {
  const bytes = Buffer.alloc(1 + name.length + 3 + Buffer.byteLength(value));
  bytes.writeUInt8(name.length, 0);
  bytes.write(name, 1);
  bytes.writeUInt8(7, 1 + name.length);
  bytes.writeUInt16BE(Buffer.byteLength(value), 2 + name.length);
  bytes.write(value, 4 + name.length);
  return bytes;
}
