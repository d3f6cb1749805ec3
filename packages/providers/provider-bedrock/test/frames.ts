import { crc32 } from 'node:zlib';
import type { Reply } from '@majordomo/test-support';

/**
 * Returns a frame of application/vnd.amazon.eventstream: lengths, their checksum, headers, payload, checksum of all.
 * `headerBytes` are encoded headers before `headers`.
 */
export function frame(
  headers: Readonly<Record<string, string>>,
  payload: unknown,
  headerBytes: Uint8Array = new Uint8Array(),
): Uint8Array {
  const head = Buffer.concat([
    headerBytes,
    ...Object.entries(headers).map(([name, value]) => header(name, value)),
  ]);
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
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

export const event = (type: string, payload: unknown): Uint8Array =>
  frame({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload);

export const exception = (type: string, message: string): Uint8Array =>
  frame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    { message },
  );

export const START: Uint8Array = event('messageStart', { role: 'assistant' });
export const text = (chunk: string, contentBlockIndex = 0): Uint8Array =>
  event('contentBlockDelta', { contentBlockIndex, delta: { text: chunk } });
const stopBlock = (contentBlockIndex = 0): Uint8Array => event('contentBlockStop', { contentBlockIndex });
const stopMessage = (stopReason: string): Uint8Array => event('messageStop', { stopReason });
const METADATA: Uint8Array = event('metadata', {
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
  metrics: { latencyMs: 1 },
});

export const completeStream = (...chunks: readonly string[]): readonly Uint8Array[] => [
  START,
  ...chunks.map((chunk) => text(chunk)),
  stopBlock(),
  stopMessage('end_turn'),
  METADATA,
];

export const EVENT_STREAM: Readonly<Record<string, string>> = {
  'content-type': 'application/vnd.amazon.eventstream',
};

/** Returns a reply that sends the frames as an event stream. */
export const streaming =
  (...sent: readonly Uint8Array[]): Reply =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    for (const bytes of sent) response.write(bytes);
    response.end();
  };
