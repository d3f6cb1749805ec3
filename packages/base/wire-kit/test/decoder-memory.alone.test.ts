import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { LlmError } from '@majordomo/core';
import { EventWriter } from '../src/event-writer.ts';
import { SSE } from '../src/framing.ts';
import { NDJSON } from '../src/ndjson.ts';
import { sdkStream } from '../src/sdk-stream.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const encoder = new TextEncoder();
const KIBIBYTE = 1024;

function heapAfterCollection(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const EVENT = 'data: {"text":"whole"}\n\n';

describe.each([
  ['half a line of an event', SSE, '', EVENT, 'data: {"text":"half of a line'],
  ['the name of an event', SSE, '', EVENT, 'event: of_more_than_a_dozen_letters\n'],
  ['an event without its end', SSE, '', EVENT, 'data: {"text":"whole"}\n'],
  ['an event after the end of an earlier one', SSE, 'data: 1\n', EVENT, 'data: {"text":"whole"}\n'],
  ['a further line of an event', SSE, 'data: 1\n', ': a comment\n', 'data: {"text":"whole"}\n'],
  ['half a line of JSON', NDJSON, '', '{"text":"whole"}\n', '{"text":"half of a line'],
])('a decoder with %s', (_name, framing, earlier, complete, half) => {
  test('retains it, but not the 64 KiB that arrived with it', () => {
    const bytes = encoder.encode(complete.repeat((64 * KIBIBYTE) / complete.length) + half);
    const open = (): object => {
      const decoder = framing.decoder(() => undefined, 'p/m');
      decoder.push(encoder.encode(earlier));
      decoder.push(bytes);
      return decoder;
    };
    const decoders = Array.from({ length: 8 }, open);
    const before = heapAfterCollection();
    for (let n = 0; n < 64; n++) decoders.push(open());
    expect((heapAfterCollection() - before) / 64).toBeLessThan(4 * KIBIBYTE);
    expect(decoders).toHaveLength(72);
  });
});

test('a stream that waits for its consumer retains no decoded bytes', async () => {
  const read: WeakRef<Uint8Array>[] = [];
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const bytes = encoder.encode('data: {}\n\n');
        read.push(new WeakRef(bytes));
        controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
  const writer = new EventWriter('p/m', { collects: true });
  const steps = sdkStream({
    context: { target: 'p/m', delivery: 'deltas', signal: new AbortController().signal, env: {} },
    send: () => Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } })),
    reader: {
      writer,
      done: false,
      readMessage: () => writer.text('x'),
      readBody: () => undefined,
      end: () => undefined,
    },
    toLlmError: () => new LlmError('server', 'never'),
  })[Symbol.asyncIterator]();
  await steps.next();
  await steps.next();
  // A WeakRef retains its target until the end of the turn in which it was created.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(read.map((ref) => ref.deref())).toEqual([undefined]);
  await steps.return?.();
});
