import { getEventListeners } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { boundedBody } from './bounded-body.ts';
import { dispatched } from './dispatched.ts';
import { patientFetch } from './patient-fetch.ts';

const servers: (Server & { closeAllConnections?(): void })[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const http = (listener: RequestListener): Promise<string> => listening(createHttp(listener));
const manual = { redirect: 'manual' } as const;

/** The garbage collector, and a turn for what it sets off. */
function collector(): () => Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return async () => {
    collect();
    await turn();
  };
}

describe('an abort takes away what has come and was not read', () => {
  const whole = async (packing?: string): Promise<[Response, AbortController]> => {
    const closed = vi.fn();
    const url = await http((_, response) => {
      response.on('close', closed);
      if (packing === undefined) response.end('all of it');
      else response.setHeader('content-encoding', packing).end(gzipSync('all of it'));
    });
    const controller = new AbortController();
    const response = await patientFetch(url, { ...manual, signal: controller.signal });
    while (closed.mock.calls.length === 0) await turn();
    for (let turns = 0; turns < 50; turns += 1) await turn();
    return [response, controller];
  };

  it.each([undefined, 'gzip'])('of a body that is whole (content-encoding: %s)', async (packing) => {
    const [response, controller] = await whole(packing);
    controller.abort(new Error('enough'));
    await expect(response.text()).rejects.toThrow('enough');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('and nobody listens to the signal once it is read', async () => {
    const [response, controller] = await whole();
    expect(await response.text()).toBe('all of it');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describe('what a server says beside the status', () => {
  it.each(['服务不可用', 'Très bien', 'OK'])('is no reason to lose the answer: %s', async (words) => {
    const url = await listening(
      createTcp((socket) => socket.once('data', () => socket.end(`HTTP/1.1 503 ${words}\r\n\r\nbusy`))),
    );
    const ours = await patientFetch(url, manual);
    expect([ours.status, await ours.text()]).toEqual([503, 'busy']);
    const bounded = boundedBody(await fetch(url), 'acme/model');
    expect([bounded.status, await bounded.text()]).toEqual([503, 'busy']);
  });
});

it('values of one header that are told together stay apart', async () => {
  const words = (...texts: string[]) => texts.map((text) => Buffer.from(text));
  const told = ['set-cookie', 'x-a'].flatMap((name, at) => [Buffer.from(name), words(`${at}=1`, `${at}=2`)]);
  const dispatcher = {
    dispatch(_: object, handler: unknown): boolean {
      const { onConnect, onHeaders, onComplete } = handler as Record<string, (...told: unknown[]) => void>;
      onConnect?.call(handler, vi.fn());
      onHeaders?.call(handler, 200, told, vi.fn(), 'OK');
      onComplete?.call(handler);
      return true;
    },
  };
  const url = new URL('http://127.0.0.1:9');
  const request = { method: 'GET', url, headers: new Headers(), body: null, signal: null };
  const { headers } = await dispatched(dispatcher, request);
  expect(headers.getSetCookie()).toEqual(['0=1', '0=2']);
  expect(headers.get('x-a')).toBe('1=1, 1=2');
});

describe('a response that is forgotten', () => {
  /** A server that begins and never ends. */
  const beginning = async (): Promise<[url: string, isClosed: () => boolean]> => {
    let isClosed = false;
    const url = await http((_, response) => {
      response.on('close', () => (isClosed = true)).write('and so on');
    });
    return [url, () => isClosed];
  };

  it('ends a body that was kept with an error: a reader would wait for ever', async () => {
    const collect = collector();
    const [url, isClosed] = await beginning();
    const bodyOf = async () => (await patientFetch(url, manual)).body as ReadableStream<Uint8Array>;
    const body = await bodyOf();
    while (!isClosed()) await collect();
    await expect(body.getReader().read()).rejects.toMatchObject({
      name: 'TypeError',
      message: 'terminated',
      cause: { message: 'the response was forgotten before its body was read' },
    });
  });

  it('gives its connection up together with its clones', async () => {
    const collect = collector();
    const [url, isClosed] = await beginning();
    const cloned = async () => (await patientFetch(url, manual)).clone().status;
    expect(await cloned()).toBe(200);
    while (!isClosed()) await collect();
  });

  it('leaves a clone of it that is read', async () => {
    const collect = collector();
    let end = (): void => undefined;
    const url = await http((_, response) => {
      response.write('first, ');
      end = () => void response.end('last');
    });
    const cloned = async () => (await patientFetch(url, manual)).clone();
    const clone = await cloned();
    for (let times = 0; times < 5; times += 1) await collect();
    end();
    expect([clone.url, await clone.text()]).toEqual([`${url}/`, 'first, last']);
  });
});
