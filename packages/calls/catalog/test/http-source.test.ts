import { createServer, type RequestListener } from 'node:http';
import { listen } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { memoryRecords, type RecordChange } from '@majordomo/records';
import { refreshed, type CatalogEvent, type RefreshOptions } from '../src/refresh.ts';
import { baseOf, documentOf, messageOf, modelOf, priceOf } from './support/sources.ts';

const DOCUMENT = JSON.stringify(documentOf('2026-11-10', modelOf('known', priceOf(3, 9))));

async function refreshFrom(respond: RequestListener, options: Partial<RefreshOptions> = {}) {
  const url = `${await listen(createServer(respond))}/catalog.json`;
  const events: CatalogEvent[] = [];
  const catalog = await refreshed({
    from: `${url}?token=secret`,
    base: baseOf(modelOf('known', priceOf(2, 8))),
    onEvent: (event) => events.push(event),
    ...options,
  });
  catalog.close();
  const rate = (await catalog.find('openai', 'known'))?.model.prices.at(-1)?.rates.input;
  return { catalog, events, rate, url };
}

it('reads a compressed document from a URL', async () => {
  const { events, rate } = await refreshFrom((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(DOCUMENT));
  });
  expect([events[0]?.type, rate]).toEqual(['refreshed', 3_000_000]);
});

it('sends the ETag, and stores only the time of the check after 304', async () => {
  const tags: unknown[] = [];
  const changes: RecordChange[] = [];
  const records = {
    ...memoryRecords(),
    get: async () => undefined,
    write: async (_: string, [change]: readonly RecordChange[]) => change && [changes.push(change)],
  };
  const { catalog } = await refreshFrom(
    (request, response) => {
      tags.push(request.headers['if-none-match']);
      response
        .writeHead(tags.length === 1 ? 200 : 304, { etag: '"one"' })
        .end(tags.length === 1 ? DOCUMENT : '');
    },
    { records },
  );
  expect(await catalog.refresh()).toEqual({ type: 'unchanged' });
  expect(tags).toEqual([undefined, '"one"']);
  const writes = changes.map(
    (change) =>
      (JSON.parse(change.type === 'put' ? change.value : '') as { data: { checkedAt: string; etag: string } })
        .data,
  );
  const [first, second] = writes;
  expect({ ...second, checkedAt: '' }).toEqual({ ...first, checkedAt: '' });
  expect([writes.length, second?.etag]).toEqual([2, '"one"']);
});

it.each<[string, RequestListener, RegExp, Partial<RefreshOptions>]>([
  ['truncated JSON', (_, response) => response.end(DOCUMENT.slice(0, 99)), /JSON/, {}],
  ['HTML', (_, response) => response.end('<html>Sign in</html>'), /JSON/, {}],
  ['status 500', (_, response) => response.writeHead(500).end(), /responded with status 500$/, {}],
  ['a reset', (request) => request.socket.resetAndDestroy(), /fetch failed/, {}],
  [
    'a reset in the body',
    (request, response) => {
      response.write(DOCUMENT.slice(0, 50), () => request.socket.resetAndDestroy());
    },
    /terminated/,
    {},
  ],
  [
    'a long body',
    (_, response) => response.end(DOCUMENT),
    /longer than maxBytes \(100\); raise maxBytes$/,
    { maxBytes: 100 },
  ],
  ['silence', () => undefined, /no response within 20 ms; raise timeoutMs$/, { timeoutMs: 20 }],
  ['an unknown shape', (_, response) => response.end('{"a":{"b":1}}'), /no known format/, {}],
  [
    'a price that is not an integer',
    (_, response) => response.end(DOCUMENT.replace('3000000', '0.5')),
    /input of openai\/known/,
    {},
  ],
])(
  'reports %s with the name of the source, and leaves the data unchanged',
  async (_, respond, reason, options) => {
    const { catalog, events, rate, url } = await refreshFrom(respond, options);
    const [event] = events;
    expect(event?.type).toBe('failed');
    const message = event === undefined ? '' : messageOf(event);
    expect(message.startsWith(`${url}: `)).toBe(true);
    expect(message).toMatch(reason);
    expect(message).not.toContain('secret');
    expect([rate, catalog.date]).toEqual([2_000_000, '2026-08-01']);
  },
);

it('does not follow a redirect to an address without encryption', async () => {
  const fetch: typeof globalThis.fetch = async () =>
    Object.defineProperty(new Response(DOCUMENT), 'url', { value: 'http://prices.example/catalog.json' });
  const { events } = await refreshFrom(() => undefined, { fetch });
  expect(events.map(messageOf)[0]).toMatch(/redirects to an address that is not https:; use another URL$/);
});
