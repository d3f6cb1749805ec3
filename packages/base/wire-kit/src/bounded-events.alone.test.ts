import { expect, it } from 'vitest';
import { boundedEvents } from './bounded-events.ts';

it.each([
  ['data: 1\n\ndata: 2\n\n', 1],
  ['data: 1\ndata: id\n\n', 1],
  ['id: 1\ndata: 1\n\ndata: 2\n\n', 0],
  ['data: 1\r\nid: 1\r\n\r\n', 0],
  ['data: 1\rid: 1\r\r', 0],
])('the end of a stream without event ids is reported: %j', async (events, times) => {
  let ends = 0;
  const bounded = boundedEvents(new Response(events), 's', 1000, () => ends++);
  expect(await bounded.text()).toBe(events);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toBe(times);
});

const streamOf = (chunks: readonly string[], ends = true): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      if (ends) controller.close();
    },
  });

it.each<[readonly string[], boolean]>([
  [['data: 3456'], true],
  [['data: 34567'], false],
  [['data: 3456\n'], false],
  [['data: 345\n'], true],
  [['data: 3\r\r\r\n'], true],
  // The lines of an event count together, and an empty line ends the event.
  [['a: 3\n', 'b: 3\n'], true],
  [['a: 3\n', 'b: 34\n'], false],
  [['a: 3\n', '\n', 'b: 3456789'], true],
  [['a: 3\r\n', '\r\n', 'b: 3456789'], true],
  [['a: 3\n', '\n', 'b: 34567890'], false],
  [['a: 3\r', '\r', 'b: 3456789'], true],
  [['a: 3\r', 'b: 34\r'], false],
])('a stream with the chunks %j has only events of at most 10 bytes: %s', async (chunks, fits) => {
  const text = boundedEvents(new Response(streamOf(chunks)), 's', 10, () => undefined).text();
  if (fits) expect(await text).toBe(chunks.join(''));
  else
    await expect(text).rejects.toMatchObject({
      kind: 'protocol',
      message: 's sent an event of more than 10 bytes',
      details: { code: 'too-large' },
    });
});

it.each(['\n', '\r', '\r\n'])('passes an event on when it ends, with lines that end in %j', async (end) => {
  const event = `data: 1${end}${end}`;
  for (const chunks of [[event], event.split('')]) {
    const body = streamOf(chunks, false);
    const bounded = boundedEvents(new Response(body), 's', 10);
    const reader = bounded.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text !== event) text += (await reader.read()).value;
  }
});

it('holds the chunks of an incomplete event as few bytes, of any size', async () => {
  const heap = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const [size, before] = [300_000, heap()];
  let sent = 0;
  let used = 0;
  const tiny = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(Uint8Array.of(32));
      if (++sent < size) return;
      used = heap() - before;
      controller.close();
    },
  });
  expect((await boundedEvents(new Response(tiny), 's', 2 * size).text()).length).toBe(size);
  // Each chunk would use over 100 bytes.
  expect(used).toBeLessThan(60 * size);
});

it('retains the status, the headers and the address', () => {
  const init = { status: 201, statusText: 'Made', headers: { a: 'b' } };
  const response = Object.defineProperty(new Response('x', init), 'url', { value: 'http://a.example/' });
  const { status, statusText, headers, url } = boundedEvents(response, 's', 10, () => undefined);
  expect([status, statusText, headers.get('a'), url]).toEqual([201, 'Made', 'b', 'http://a.example/']);
});

it('returns a response without a body', () => {
  const response = new Response(null);
  expect(boundedEvents(response, 's', 10, () => expect.unreachable())).toBe(response);
});

it('reports the end of a stream that fails', async () => {
  let ends = 0;
  const failing = new ReadableStream({
    start(controller) {
      controller.error(new Error('lost'));
    },
  });
  const bounded = boundedEvents(new Response(failing), 's', 10, () => ends++);
  await expect(bounded.text()).rejects.toThrow('lost');
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toBe(1);
});

it('ends before an event whose data has too many elements, in any form of its lines', async () => {
  const list = `[${'0,'.repeat(100_000)}0]`;
  const middle = list.length / 2;
  for (const data of [
    `data:${list}`,
    `id: "\ndata: ${list}`,
    `data:${list.slice(0, middle)}\rdata:${list.slice(middle)}`,
  ]) {
    const chunks = ['data: first\n\n', data.slice(0, 9), data.slice(9), '\n\n'];
    const bounded = boundedEvents(new Response(streamOf(chunks)), 's', 1_000_000);
    const reader = bounded.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: first\n\n');
    await expect(reader.read()).rejects.toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
  }
});
