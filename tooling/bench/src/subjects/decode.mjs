// The least that reads a streamed body rightly: what `raw` is measured with.
import { Buffer } from 'node:buffer';

/** @type {Record<import('../wires/wire.mjs').Dialect['framing'], (body: ReadableStream, on: (event: object) => void) => Promise<void>>} */
export const DECODERS = {
  sse: eachMessage,
  lines: (body, on) =>
    eachLine(body, (line) => {
      if (line !== '') on(JSON.parse(line));
    }),
  eventstream: eachEvent,
};

/** Server-sent events: a message ends at an empty line, and its data may be several lines. */
function eachMessage(body, on) {
  let data = '';
  return eachLine(body, (line) => {
    if (line === '') {
      if (data !== '' && data !== '[DONE]') on(JSON.parse(data));
      data = '';
    } else if (line.startsWith('data:')) {
      const value = line.slice(line[5] === ' ' ? 6 : 5);
      data = data === '' ? value : `${data}\n${value}`;
    }
  });
}

async function eachLine(body, on) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const text = rest + decoder.decode(value, { stream: true });
    let from = 0;
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      on(text.slice(from, text[to - 1] === '\r' ? to - 1 : to));
      from = to + 1;
    }
    rest = text.slice(from);
  }
}

/** AWS event stream, checksums unread: length, length of the headers, its checksum, headers, JSON, checksum. */
async function eachEvent(body, on) {
  const reader = body.getReader();
  let rest = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const bytes =
      rest.length === 0
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : Buffer.concat([rest, value]);
    let from = 0;
    while (bytes.length - from >= 4 && bytes.length - from >= bytes.readUInt32BE(from)) {
      const to = from + bytes.readUInt32BE(from);
      const payload = from + 12 + bytes.readUInt32BE(from + 4);
      const type = typeOf(bytes, from + 12, payload);
      on({ [type]: JSON.parse(bytes.toString('utf8', payload, to - 4)) });
      from = to;
    }
    rest = bytes.subarray(from);
  }
}

/** The value of `:event-type`: headers are a name with its length, a type, a text with its length. */
function typeOf(bytes, from, to) {
  for (let at = from; at < to;) {
    const nameEnd = at + 1 + bytes[at];
    const valueEnd = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1);
    if (bytes.latin1Slice(at + 1, nameEnd) === ':event-type') return bytes.latin1Slice(nameEnd + 3, valueEnd);
    at = valueEnd;
  }
  throw new Error('an event without a type');
}
