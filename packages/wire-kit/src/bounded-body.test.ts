import { type AddressInfo, createServer } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { limitBody, collectBody } from './bounded-body.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = async (body: AsyncIterable<Uint8Array>): Promise<string> =>
  new TextDecoder().decode(await collectBody(body, 'p/m', 8));

describe('a body that is read whole', () => {
  it.each([
    ['all bytes of a stream of Node', 'abcd', () => Readable.from([bytes('ab'), bytes('cd')])],
    ['nothing of a stream of Node that is over', '', ended],
    ['all bytes of one that is paused', 'abcd', () => Readable.from([bytes('abcd')]).pause()],
    ['all bytes of one that is waited for', 'abcd', () => waitedFor(Readable.from([bytes('abcd')]))],
    ['all bytes of one whose bytes are text', 'é世', () => Readable.from([bytes('é世')]).setEncoding('utf8')],
    ['all bytes of pieces of text', 'é世', () => Readable.from(['é', '世'])],
    [
      'all bytes of what has events besides',
      'ab',
      () => ({ on() {}, destroyed: false, readableEnded: false, ...pieces('a', 'b') }),
    ],
    ['all bytes of a stream of the platform', 'abcd', () => new Blob(['abcd']).stream()],
  ])('is %s', async (_what, text, open) => {
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

  it('rejects when the stream has failed and stayed open', async () => {
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

  it('rejects when the stream was closed before anybody read it', async () => {
    const stream = new PassThrough();
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    await expect(textOf(stream)).rejects.toThrow('Premature close');
  });

  it('has an end, behind which the stream is closed', async () => {
    const stream = new PassThrough();
    stream.write('abcd');
    stream.write('efghi');
    await expect(textOf(stream)).rejects.toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
    expect(stream.destroyed).toBe(true);
  });
});

/** By a listener that reads nothing. */
function waitedFor(stream: Readable): Readable {
  return stream.on('readable', () => undefined);
}

const pieces = (...texts: readonly string[]): AsyncIterable<Uint8Array> => ({
  async *[Symbol.asyncIterator]() {
    for (const text of texts) yield bytes(text);
  },
});

/** Read to its end by somebody else. */
async function ended(): Promise<Readable> {
  const stream = new PassThrough();
  stream.end('abcd');
  for await (const _ of stream);
  return stream;
}

describe('limitBody', () => {
  it.each(['服务不可用', 'Très bien', 'OK'])('keeps a response whose status text is %s', async (text) => {
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
