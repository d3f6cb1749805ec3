import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, createGzip, deflateSync, gzipSync, type Gzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientFetch } from './patient-fetch.ts';

type Said = [contentEncoding: string | readonly string[], body: Uint8Array];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const packed = gzipSync('a text that is packed, é');
const members = Buffer.concat([gzipSync('one '), gzipSync('two')]);

/** Whole answers; the server says the one that it is asked for. */
const SAID: Readonly<Record<string, Said>> = {
  gzip: ['gzip', packed],
  'in capitals': ['GZIP', packed],
  'x-gzip': ['x-gzip', packed],
  'nothing at all': ['gzip', bytes('')],
  'members after each other': ['gzip', members],
  'zeros after the end': ['gzip', Buffer.concat([packed, Buffer.alloc(8)])],
  'junk after the end': ['gzip', Buffer.concat([packed, bytes('JUNK')])],
  'half of it': ['gzip', packed.subarray(0, packed.length >> 1)],
  'not packed': ['gzip', bytes('not packed')],
  'packed twice': ['gzip, gzip', gzipSync(packed)],
  'packed twice, said in two headers': [['gzip', 'gzip'], gzipSync(packed)],
  deflate: ['deflate', deflateSync('packed')],
  'brotli, which was not asked for': ['br', brotliCompressSync('packed')],
  identity: ['identity', bytes('bare')],
  'an empty name': ['', bytes('bare')],
  none: ['none', bytes('bare')],
  'a charset': ['utf-8', bytes('bare')],
  'one that nobody knows over one': ['gzip, odd', packed],
};

describe('a packed body', () => {
  const held: Gzip[] = [];
  const server = createServer(({ url = '' }, response) => {
    const name = decodeURIComponent(url.slice(1));
    if (name in SAID) {
      const [contentEncoding, body] = SAID[name] as Said;
      response.setHeader('content-encoding', contentEncoding).end(body);
      return;
    }
    const packing = createGzip();
    held.push(packing);
    packing.pipe(response.setHeader('content-encoding', 'gzip'));
    packing.write(name === 'much' ? Buffer.alloc(1_000_000, 'ab') : 'first');
    packing.flush();
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const said = async (send: typeof fetch, name: string): Promise<unknown> => {
    try {
      const response = await send(`${url}/${encodeURIComponent(name)}`, { redirect: 'manual' });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const { name, message, cause } = error as Error;
      return { name, message, cause: cause instanceof Error && [cause.name, cause.message] };
    }
  };

  it.each(Object.keys(SAID))('is what `fetch` makes of it: %s', async (name) => {
    const ours = await said(patientFetch, name);
    expect(ours).toEqual(await said(fetch, name));
  });

  const asked = async (name: string, signal?: AbortSignal) => {
    const init: RequestInit = { redirect: 'manual', ...(signal && { signal }) };
    const { body } = await patientFetch(`${url}/${name}`, init);
    return (body as ReadableStream<Uint8Array>).getReader();
  };
  const text = ({ value }: { value?: Uint8Array | undefined }): string => new TextDecoder().decode(value);

  it('is told as soon as the server has flushed it', async () => {
    const reader = await asked('held');
    expect(text(await reader.read())).toBe('first');
    held.at(-1)?.end(' and last');
    expect(text(await reader.read())).toBe(' and last');
    expect((await reader.read()).done).toBe(true);
  });

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController();
    const reader = await asked('held', controller.signal);
    await reader.read();
    controller.abort(new Error('enough'));
    await expect(reader.read()).rejects.toThrow('enough');
  });

  it('waits for its reader, and then comes whole', async () => {
    const reader = await asked('much');
    let length = 0;
    while (length < 1_000_000) length += (await reader.read()).value?.length ?? 0;
    expect(length).toBe(1_000_000);
    await reader.cancel();
  });
});
