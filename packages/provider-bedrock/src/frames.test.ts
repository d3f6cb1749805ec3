import { LlmError } from '@majordomo/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event, exception, frame, START, text, whole } from '../test/frames.ts';
import { FrameDecoder } from './frames.ts';
import type { WireEvent } from './stream.ts';

interface Read {
  readonly events: readonly WireEvent[];
  readonly error: unknown;
}

/** What is told of the bytes in pieces of `size`, and what was thrown. */
function read(bytes: Uint8Array, size = bytes.length): Read {
  const events: WireEvent[] = [];
  const decoder = new FrameDecoder((event) => {
    events.push(event);
    return event.metadata !== undefined;
  }, 'p/m');
  try {
    for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size));
    decoder.end();
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

const kindOf = ({ error }: Read): string => (LlmError.is(error) ? error.kind : String(error));
const all = (...frames: readonly Uint8Array[]): Uint8Array => Buffer.concat(frames);
const prelude = (length: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
};
const EVENT = { ':event-type': 'messageStart', ':message-type': 'event' };

describe('frames', () => {
  it('give the same events, however they are cut', () => {
    const pieces = fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 300 }), (texts, size) => {
        const bytes = all(...texts.map((piece, at) => text(piece, at)));
        const events = texts.map((piece, contentBlockIndex) => ({
          contentBlockDelta: { contentBlockIndex, delta: { text: piece } },
        }));
        expect(read(bytes, size)).toEqual({ events, error: undefined });
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
  });

  it('are joined once, however many reads a long one takes', () => {
    const long = text('x'.repeat(4_000_000));
    let copied = 0;
    const set = Uint8Array.prototype.set;
    Uint8Array.prototype.set = function (...given: Parameters<typeof set>): void {
      copied += given[0].length;
      set.apply(this, given);
    };
    try {
      expect(read(long, 16_384).events).toHaveLength(1);
    } finally {
      Uint8Array.prototype.set = set;
    }
    expect(copied).toBeLessThan(2 * long.length);
  });

  it('may have headers of all types, of which texts are read', () => {
    const more = [
      [1, 97, 0],
      [1, 98, 1],
      [1, 99, 2, 1],
      [1, 100, 3, 1, 2],
      [1, 101, 4, 1, 2, 3, 4],
      [1, 102, 5, 1, 2, 3, 4, 5, 6, 7, 8],
      [1, 103, 6, 0, 2, 1, 2],
      [1, 104, 8, 1, 2, 3, 4, 5, 6, 7, 8],
      [1, 105, 9, ...new Array<number>(16).fill(1)],
    ];
    const bytes = frame(EVENT, { role: 'assistant' }, Uint8Array.from(more.flat()));
    expect(read(bytes).events).toEqual([{ messageStart: { role: 'assistant' } }]);
  });

  it('of an event without a payload tell an empty one, and those of unknown events nothing', () => {
    const bytes = all(frame(EVENT, ''), event('initial-response', {}), event('toString', {}));
    expect(read(bytes)).toEqual({ events: [{ messageStart: {} }], error: undefined });
  });

  it.each([
    ['an exception', exception('throttlingException', 'slow down')],
    ['what is no frame', Buffer.from('<html>hello')],
    ['half a frame', START.subarray(0, 20)],
    ['another event', text('more')],
  ])('behind the last event are not looked at, wherever they are cut: %s', (_, more) => {
    const bytes = all(...whole('Hello'));
    const last = read(bytes).events;
    for (const size of [bytes.length, bytes.length + more.length])
      expect(read(all(bytes, more), size).events).toEqual(last);
    expect(kindOf(read(all(bytes, more)))).toBe('undefined');
  });

  it('that stop in the middle are truncated', () => {
    const bytes = all(...whole('Hello').slice(0, -1), text('more'));
    for (const size of [1, 7, bytes.length]) {
      const cut = read(bytes.subarray(0, -1), size);
      expect([cut.events.length, kindOf(cut)]).toEqual([4, 'truncated']);
    }
    expect(kindOf(read(START.subarray(0, 3)))).toBe('truncated');
  });

  it.each([
    ['letters of a page', Buffer.from('<html>hello')],
    ['a length of nothing', prelude(0)],
    ['a length below that of an empty frame', prelude(15)],
    ['a length above any', prelude(33 * 1024 * 1024)],
    ['a second one that is none', all(START, Buffer.from('<html>'))],
    ['a payload that is no JSON', frame(EVENT, '{"role": ')],
    [
      'bytes that are no base64',
      event('contentBlockDelta', { delta: { reasoningContent: { redactedContent: '?' } } }),
    ],
    ['a kind that is unknown', frame({ ':event-type': 'messageStart', ':message-type': 'news' }, {})],
    ['no kind', frame({}, {})],
    ['a header of an unknown type', frame(EVENT, {}, Uint8Array.of(1, 97, 10))],
    ['a header that leads out of them', frame({}, {}, Uint8Array.of(1, 97, 7, 255, 255, 1))],
  ])('with %s are refused', (_, bytes) => {
    for (const size of [1, 5, 100]) expect(kindOf(read(bytes, size))).toBe('protocol');
  });

  it('of which any byte is another one are refused, and what came before is told', () => {
    const before = text('Hel').length;
    const sent = all(text('Hel'), text('lo'));
    // The first bytes are a length: a longer frame waits for its end.
    for (let at = before + 2; at < sent.length; at++) {
      const broken = Uint8Array.from(sent);
      broken[at] = (broken[at] ?? 0) ^ 0x10;
      const got = read(broken);
      expect(got.events).toHaveLength(1);
      expect(['protocol', 'truncated']).toContain(kindOf(got));
    }
  });

  it('of failures are thrown under the names that the SDK gives them', () => {
    const { events, error } = read(all(START, exception('throttlingException', 'slow down'), START));
    expect(events).toHaveLength(1);
    expect(error).toMatchObject({ name: 'ThrottlingException', message: 'slow down' });
    const failed = frame(
      { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'oops' },
      '',
    );
    expect(read(failed).error).toMatchObject({ name: 'InternalError', message: 'oops', $fault: 'server' });
    const page = frame({ ':message-type': 'exception', ':exception-type': 'newException' }, 'no JSON');
    expect(read(page).error).toMatchObject({ name: 'NewException', message: 'no JSON' });
  });
});
