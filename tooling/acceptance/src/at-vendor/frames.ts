import { asRecord } from '@majordomo/core/toolkit';

/** Event of a Bedrock stream. */
export interface Frame {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Returns the frames of `application/vnd.amazon.eventstream`. A frame contains two lengths, a checksum, headers, data and a
 * checksum.
 */
export function eventFrames(body: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const decoder = new TextDecoder();
  for (let at = 0; at < body.length;) {
    const length = view.getUint32(at);
    const headers = view.getUint32(at + 4);
    const head = decoder.decode(body.subarray(at + 12, at + 12 + headers));
    const data = decoder.decode(body.subarray(at + 12 + headers, at + length - 4));
    // A header contains its name, the type code for strings, a two-byte length, and the string.
    const type = /^\w+/.exec(head.split(':event-type')[1]?.slice(3) ?? '')?.[0] ?? '';
    frames.push({ type, data: asRecord(JSON.parse(data)) });
    at += length;
  }
  return frames;
}
