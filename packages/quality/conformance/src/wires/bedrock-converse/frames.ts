import { crc32 } from 'node:zlib';

/** Returns a message of application/vnd.amazon.eventstream: lengths and their checksum, headers, payload, total checksum. */
function eventFrame(headers: Readonly<Record<string, string>>, payload: string): Uint8Array {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = Buffer.from(payload, 'utf8');
  const bytes = Buffer.alloc(16 + head.length + body.length);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(head.length, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  head.copy(bytes, 12);
  body.copy(bytes, 12 + head.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - 4)), bytes.length - 4);
  return new Uint8Array(bytes);
}

/** Returns a string header: the name with its length, type 7, and the value with its length. */
function header(name: string, value: string): Uint8Array {
  const text = Buffer.from(value, 'utf8');
  const bytes = Buffer.alloc(name.length + text.length + 4);
  bytes.writeUInt8(name.length, 0);
  bytes.write(name, 1, 'latin1');
  bytes.writeUInt8(7, name.length + 1);
  bytes.writeUInt16BE(text.length, name.length + 2);
  text.copy(bytes, name.length + 4);
  return bytes;
}

const JSON_CONTENT = { ':content-type': 'application/json' };

export const event = (type: string, payload: string): Uint8Array =>
  eventFrame({ ':event-type': type, ...JSON_CONTENT, ':message-type': 'event' }, payload);

export const exception = (type: string, payload: string): Uint8Array =>
  eventFrame({ ':exception-type': type, ...JSON_CONTENT, ':message-type': 'exception' }, payload);
