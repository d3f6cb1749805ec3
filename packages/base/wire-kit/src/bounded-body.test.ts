import { type AddressInfo, createServer } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { limitBody, collectBody } from './bounded-body.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> =>
  new TextDecoder().decode(await collectBody(body, 'p/m', 8));

describe('collectBody', () => {
  it.each([
    ['a Node stream', 'abcd', () => Readable.from([bytes('ab'), bytes('cd')])],
    ['nothing from a Node stream that has ended', '', endedStream],
    ['a paused Node stream', 'abcd', () => Readable.from([bytes('abcd')]).pause()],
    [
      'a Node stream with a readable listener',
      'abcd',
      () => withReadableListener(Readable.from([bytes('abcd')])),
    ],
    ['a Node stream with an encoding', 'é世', () => Readable.from([bytes('é世')]).setEncoding('utf8')],
    ['strings', 'é世', () => Readable.from(['é', '世'])],
    [
      'an async iterable that has events',
      'ab',
      () => ({ on() {}, destroyed: false, readableEnded: false, ...chunksOf('a', 'b') }),
    ],
    ['a web stream', 'abcd', () => new Blob(['abcd']).stream()],
  ])('reads %s', async (_what, text, open) => {
    expect(await textOf((await open()) as AsyncIterable<Uint8Array>)).toBe(text);
  });

  it.each([
    ['fails', new Error('reset'), /reset/],
    ['is closed before its end', undefined, /Premature close/],
  ])('rejects when the stream %s', async (_how, error, message) => {
    const stream = new PassThrough();
    stream.write('ab');
    const reading = textOf(stream);
    setImmediate(() => stream.destroy(error));
    await expect(reading).rejects.toThrow(message);
  });

  it('rejects a failed stream that stays open', async () => {
    const stream = new Readable({
      autoDestroy: false,
      read() {
        throw new Error('reset');
      },
    });
    stream.once('error', () => undefined).read();
    await new Promise((resolve) => setImmediate(resolve));
    await expect(textOf(stream)).rejects.toThrow('reset');
  });

  it('rejects a stream that was closed before the first read', async () => {
    const stream = new PassThrough();
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    await expect(textOf(stream)).rejects.toThrow('Premature close');
  });

  it('rejects a body over the limit and closes the stream', async () => {
    const stream = new PassThrough();
    stream.write('abcd');
    stream.write('efghi');
    await expect(textOf(stream)).rejects.toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
    expect(stream.destroyed).toBe(true);
  });
});

function withReadableListener(stream: Readable): Readable {
  return stream.on('readable', () => undefined);
}

const chunksOf = (...chunks: readonly string[]): AsyncIterable<Uint8Array> => ({
  async *[Symbol.asyncIterator]() {
    for (const text of chunks) yield bytes(text);
  },
});

async function endedStream(): Promise<Readable> {
  const stream = new PassThrough();
  stream.end('abcd');
  for await (const _ of stream);
  return stream;
}

describe('limitBody', () => {
  it.each(['服务不可用', 'Très bien', 'OK'])('accepts a response with the status text %s', async (text) => {
    const server = createServer((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.1 503 ${text}\r\n\r\nbusy`)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const bounded = limitBody(await fetch(url), 'acme/model');
    expect([bounded.status, await bounded.text()]).toEqual([503, 'busy']);
    server.close();
  });
});
