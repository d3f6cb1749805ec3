import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isAcceptedTarget, isFromHere } from './incoming.ts';
import { chunked, isEventStream } from './streaming.ts';

describe('isAcceptedTarget', () => {
  it.each<[string | undefined, readonly string[] | undefined, boolean]>([
    ['/v1', ['a.test'], true],
    ['/v1', ['[::1]:80'], true],
    ['/v1', undefined, true],
    [undefined, ['a.test'], true],
    ['*', ['a.test'], true],
    ['http://a.test/v1', ['a.test'], true],
    ['http://localhost/v1', undefined, true],
    ['http://b.test/v1', ['a.test'], false],
    ['https://a.test/v1', ['a.test'], false],
    ['a.test:443', ['a.test'], false],
    ['v1', ['a.test'], false],
    ['/v1', ['a.test', 'b.test'], false],
    ['/v1', ['a.test', 'a.test'], false],
    ['/v1', ['user@a.test'], false],
    ['/v1', ['a.test/x'], false],
    ['/v1', [''], false],
    ['/v1', ['1.2.3.4.5'], false],
    ['/v1', ['256.1.1.1'], false],
    ['/v1', ['a.test:65536'], false],
  ])('of the target %s and the hosts %j is %s', (url, host, isAccepted) => {
    const headersDistinct = host === undefined ? {} : { host };
    expect(isAcceptedTarget({ url, headersDistinct } as unknown as IncomingMessage)).toBe(isAccepted);
  });
});

describe('isFromHere', () => {
  const isHere = (remoteAddress: string | undefined, headers: object): boolean =>
    isFromHere({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);

  it.each<[string | undefined, string | undefined, boolean]>([
    ['127.0.0.1', 'localhost', true],
    ['127.0.0.1', 'LOCALHOST:80', true],
    ['127.1.2.3', '127.0.0.1:4141', true],
    ['::1', '[::1]:4141', true],
    ['::ffff:127.0.0.1', 'localhost:4141', true],
    ['10.0.0.1', 'localhost', false],
    ['::ffff:10.0.0.1', 'localhost', false],
    [undefined, 'localhost', false],
    ['127.0.0.1', undefined, false],
    ['127.0.0.1', 'a.test', false],
    ['127.0.0.1', 'localhost.a.test', false],
  ])('of the address %s and the host %s is %s', (address, host, isExpected) => {
    expect(isHere(address, { host })).toBe(isExpected);
  });

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'])(
    'is false with the header %s',
    (name) => {
      expect(isHere('127.0.0.1', { host: 'localhost', [name]: '' })).toBe(false);
    },
  );
});

describe('a response', () => {
  const response = (type: string): Response =>
    new Response('data: 1\n\n', { status: 202, headers: { 'content-type': type, 'x-a': 'b' } });

  it.each([
    ['text/event-stream', true],
    ['text/event-stream; charset=utf-8', true],
    ['application/json', false],
    ['x; text/event-stream', false],
  ])('is an event stream with the content type %s: %s', (type, isStream) => {
    expect(isEventStream(response(type))).toBe(isStream);
  });

  it.each([
    ['1.1', 'chunked'],
    ['1.0', null],
  ])(
    'for HTTP/%s has its status, headers and body, and the transfer encoding %s',
    async (httpVersion, encoding) => {
      const { status, headers, body } = chunked(response('text/event-stream'), {
        httpVersion,
      } as IncomingMessage);
      expect([status, headers.get('x-a'), headers.get('transfer-encoding')]).toEqual([202, 'b', encoding]);
      expect(await new Response(body).text()).toBe('data: 1\n\n');
    },
  );

  it('without a content type is not an event stream', () => {
    expect(isEventStream(new Response(null))).toBe(false);
  });
});
