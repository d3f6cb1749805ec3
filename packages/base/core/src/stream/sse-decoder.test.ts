import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseDecoder } from './sse-decoder.ts';

type Message = readonly [data: string, event: string | undefined];

/** Returns messages without an event. */
const messages = (...all: readonly string[]): Message[] => all.map((data) => [data, undefined]);

/** Decodes bytes in chunks that end at `cuts`. */
function decode(text: string, cuts: readonly number[] = []): Message[] {
  const decoded: Message[] = [];
  const decoder = new SseDecoder((data, event) => decoded.push([data, event]));
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length);
    if (to > from) decoder.push(bytes.subarray(from, to));
    from = Math.max(from, to);
  }
  decoder.push(bytes.subarray(from));
  decoder.end();
  return decoded;
}

it.each([
  ['a line without an end', ['data: 0123', '4567', '89']],
  ['lines of one message', ['data: 01234\n', 'data: 56789\n']],
])('rejects a message above the maximum length before it is complete: %s', (_name, chunks) => {
  const decoder = new SseDecoder(() => undefined, 'p/m', 10);
  const decodeChunks = () => {
    for (const piece of chunks) decoder.push(new TextEncoder().encode(piece));
  };
  expect(decodeChunks).toThrow(
    expect.objectContaining({
      kind: 'protocol',
      message: 'p/m sent a message of more than 10 characters',
    }) as Error,
  );
});

describe('server-sent events', () => {
  it.each<[string, string, Message[]]>([
    ['LF', 'data: a\n\ndata: b\n\n', messages('a', 'b')],
    ['CRLF', 'event: e\r\ndata: a\r\n\r\n', [['a', 'e']]],
    ['CR', 'data: a\r\rdata: b\r\r', messages('a', 'b')],
    ['mixed ends', 'data: a\r\n\ndata: b\n\r\n', messages('a', 'b')],
    ['several data lines', 'data: a\ndata:b\ndata\n\n', messages('a\nb\n')],
    ['one space only is dropped', 'data:  a\n\n', messages(' a')],
    ['comments and unknown fields', ': hi\nid: 1\nretry: 5\ndatax: no\ndata: a\n\n', messages('a')],
    ['an event without data is ignored', 'event: ping\n\ndata: a\n\n', messages('a')],
    ['a last message without its blank line is dropped', 'data: a\n\ndata: b\n', messages('a')],
    ['a byte order mark', '\uFEFFdata: a\n\n', messages('a')],
    ['a CR as the very last byte', 'data: a\r\n\r', messages('a')],
  ])('%s', (_, text, expected) => {
    expect(decode(text)).toEqual(expected);
    expect(
      decode(
        text,
        Array.from({ length: text.length * 3 }, (__, at) => at),
      ),
    ).toEqual(expected);
  });

  it('are the same for all divisions of the bytes', () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
      fc.constantFrom('event: é', ': comment', '', '', 'data', 'data:{"a":"𝄞"}', 'x'),
    );
    const end = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, end), { maxLength: 30 }),
        fc.array(fc.nat(400), { maxLength: 60 }),
        (lines, cuts) => {
          const text = lines.map(([content, by]) => content + by).join('');
          expect(decode(text, cuts)).toEqual(reference(text));
        },
      ),
      { numRuns: process.env['SOAK'] === undefined ? 300 : 3000, seed: 20_261_120 },
    );
  });

  it('of random bytes cause no error', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom('data: a\n\n', '\r', '\n', '\uFEFF', 'event', ':', '\0')
        .map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const decoder = new SseDecoder((data, event) => {
          expect([typeof data, /[\r\n]/.test(event ?? '')]).toEqual(['string', false]);
        });
        for (const bytes of parts) decoder.push(bytes);
        decoder.end();
      }),
      { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_120 },
    );
  });

  it('take the same time per byte in a burst as in single messages', () => {
    const text = 'data: {"choices":[{"delta":{"content":"hello"}}]}\n\n'.repeat(20_000);
    const began = process.cpuUsage();
    expect(decode(text).length).toBe(20_000);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500);
  });

  it.each(['\n', '\r\n'])('take linear time for a line of 300 kB byte by byte, ended by %j', (end) => {
    const long = `data: ${'x'.repeat(300_000)}${end}${end}`;
    const began = process.cpuUsage();
    const cuts = Array.from({ length: 2 * long.length }, (_, at) => at);
    expect(decode(`data: a${end}${end}${long}`, cuts).map(([data]) => data.length)).toEqual([1, 300_000]);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000);
  });
});

/** Decodes line by line as the standard describes, slowly. */
function reference(text: string): Message[] {
  const decoded: Message[] = [];
  let data: string[] | undefined;
  let event: string | undefined;
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  lines.pop();
  for (const line of lines) {
    if (line === '') {
      if (data !== undefined) decoded.push([data.join('\n'), event]);
      data = undefined;
      event = undefined;
      continue;
    }
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') (data ??= []).push(value);
    if (name === 'event') event = value;
  }
  return decoded;
}
