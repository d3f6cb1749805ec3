import type { ImagePart } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { describe, expect, it } from 'vitest';
import { Refusal } from './errors/refusal.ts';
import { NamedContent } from './named-content.ts';
import type { FetchMedia, Settings } from './options.ts';
import { urlPart } from './parsing/media.ts';
import { ResponseStore } from './response-store.ts';

const imageOf = (url: string, size = 2): ImagePart => ({
  type: 'image',
  mediaType: url,
  bytes: new Uint8Array(size),
});
const respond: FetchMedia = (url) => Promise.resolve(imageOf(url));
const urls = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `https://${at}.test`);
const ID = `resp_${'a'.repeat(32)}`;
const notFound = (): Refusal => new Refusal('no-such-object', 'no response');

/** NamedContent of a request, and a function that loads these URLs. */
function setUp({
  responses,
  ...options
}: Partial<Pick<Settings, 'fetchMedia' | 'maxBodyBytes' | 'maxUrls' | 'responses'>> = {}) {
  const client = new AbortController();
  const request = new Request('http://gateway.test', { signal: client.signal });
  const settings = { fetchMedia: respond, maxBodyBytes: 1000, maxUrls: 20, ...options };
  const store = responses && new ResponseStore(responses, {}, client.signal);
  const namedContent = new NamedContent({ request }, settings, store);
  const load = <T>(parse: () => T): Promise<T> => namedContent.complete(parse(), parse);
  const loadUrls = (named: readonly string[]): Promise<unknown> =>
    load(() => named.map((url, at) => urlPart(url, `at[${at}]`, namedContent)));
  return { client, namedContent, load, loadUrls };
}

describe('media of URLs', () => {
  it('are fetched once per URL', async () => {
    const fetched: string[] = [];
    const { loadUrls } = setUp({
      fetchMedia: (url) => {
        fetched.push(url);
        return Promise.resolve(imageOf(url));
      },
    });
    const named = ['https://a.test', 'https://b.test', 'https://a.test'];
    expect(await loadUrls(named)).toEqual(named.map((url) => imageOf(url)));
    expect(fetched).toEqual(['https://a.test', 'https://b.test']);
  });

  it('are refused with their path without a function that fetches them', () => {
    const { namedContent } = setUp({ fetchMedia: undefined });
    expect(() => namedContent.byUrl('https://a.test', 'at[0]')).toThrow(
      expect.objectContaining({
        path: 'at[0]',
        message: 'at[0] must be a data URL, because this gateway does not fetch media',
      }),
    );
  });

  it.each<[string, FetchMedia]>([
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
  ])('are refused with their path if the function %s', async (_, fetchMedia) => {
    await expect(
      setUp({ fetchMedia }).loadUrls(['data:;base64,AQI=', 'https://a.test']),
    ).rejects.toMatchObject({
      kind: 'invalid-request',
      path: 'at[1]',
      message: 'at[1]: the URL could not be fetched; send the data',
    });
  });

  it('are parsed once without URLs', async () => {
    let count = 0;
    expect([await setUp().load(() => ++count), count]).toEqual([1, 1]);
  });

  it('above maxUrls are refused with the path of the first excess URL, and none is fetched', async () => {
    let count = 0;
    const fetchMedia: FetchMedia = (url) => {
      count++;
      return respond(url, { signal: new AbortController().signal });
    };
    await setUp({ fetchMedia }).loadUrls([...urls(20), ...urls(20)]);
    expect(count).toBe(20);
    await expect(setUp({ fetchMedia }).loadUrls([...urls(20), ...urls(22)])).rejects.toMatchObject({
      kind: 'invalid-request',
      path: 'at[40]',
      message: 'at[40] is more than the maximum of 20 URLs and files in a request; name fewer',
    });
    expect(count).toBe(20);
  });

  it('are fetched at most four at a time', async () => {
    const waiting: (() => void)[] = [];
    const { loadUrls } = setUp({
      fetchMedia: (url) => new Promise((resolve) => waiting.push(() => resolve(imageOf(url)))),
    });
    const loaded = loadUrls(urls(9));
    const counts: number[] = [];
    while (waiting.length > 0) {
      counts.push(waiting.length);
      for (const finish of waiting.splice(0)) finish();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await loaded;
    expect(counts).toEqual([4, 4, 1]);
  });

  it('are refused if they are larger than maxBodyBytes together', async () => {
    const fetchMedia: FetchMedia = (url) => Promise.resolve(imageOf(url, 250));
    await setUp({ fetchMedia }).loadUrls(urls(4));
    await expect(setUp({ fetchMedia }).loadUrls(urls(5))).rejects.toMatchObject({
      kind: 'too-large',
      message:
        'the media, files, stored responses and tools that the request names must not be larger than 1000 bytes in total; name fewer',
    });
  });

  it('count for each use, because the vendor receives them for each use', async () => {
    const fetchMedia: FetchMedia = (url) => Promise.resolve(imageOf(url, 250));
    const [url = ''] = urls(1);
    await setUp({ fetchMedia }).loadUrls([url, url, url, url]);
    await expect(setUp({ fetchMedia }).loadUrls([url, url, url, url, url])).rejects.toMatchObject({
      kind: 'too-large',
    });
  });

  it('count once for each use in the last parse, although their paths change', async () => {
    const parses = [['a'], ['b', 'a'], ['c', 'b', 'a', 'a'], ['c', 'b', 'a', 'a']];
    const loadAll = (maxBodyBytes: number): Promise<unknown> => {
      const { namedContent, load } = setUp({
        maxBodyBytes,
        fetchMedia: (url) => Promise.resolve(imageOf(url, url === 'c' ? 500 : 100)),
      });
      const rest = parses.values();
      return load(() => rest.next().value?.map((url, at) => namedContent.byUrl(url, `at[${at}]`)));
    };
    expect(await loadAll(800)).toHaveLength(4);
    await expect(loadAll(799)).rejects.toMatchObject({ kind: 'too-large' });
  });

  it('are aborted and no longer begun after a failure', async () => {
    const signals: AbortSignal[] = [];
    const { loadUrls } = setUp({
      fetchMedia: (url, { signal }) => {
        signals.push(signal);
        return url === 'https://3.test' ? Promise.reject(new Error('refused')) : new Promise(() => undefined);
      },
    });
    await expect(loadUrls(urls(9))).rejects.toMatchObject({ path: 'at[3]' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
  });

  it('are aborted if the client disconnects', async () => {
    const signals: AbortSignal[] = [];
    const { client, loadUrls } = setUp({
      fetchMedia: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    const loaded = loadUrls(urls(1));
    client.abort();
    await expect(loaded).rejects.toMatchObject({ kind: 'aborted' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('stored responses', () => {
  const stored = (text: string): object => ({
    owner: null,
    ancestors: [],
    input: [{ id: 'msg_1', content: text }],
    response: { output: [] },
  });
  const recordsOf = async (data?: object) => {
    const records = memoryRecords();
    const value = JSON.stringify({ format: 1, data });
    if (data !== undefined) await records.write('responses/aa', [{ type: 'put', key: ID, value }]);
    const reads: string[] = [];
    const get = (space: string, key: string) => {
      reads.push(key);
      return records.get(space, key);
    };
    return { ...records, reads, get };
  };

  it('are loaded once', async () => {
    const records = await recordsOf(stored('hi'));
    const { load, namedContent } = setUp({ responses: { records } });
    const read = () => [namedContent.response(ID, notFound), namedContent.response(ID, notFound)];
    expect(read()).toEqual([undefined, undefined]);
    expect(await load(read)).toEqual([stored('hi'), stored('hi')]);
    expect(records.reads).toEqual([ID]);
  });

  it('that are unknown are refused', async () => {
    for (const responses of [undefined, { records: await recordsOf() }]) {
      const { load, namedContent } = setUp({ responses });
      await expect(load(() => namedContent.response(ID, notFound))).rejects.toMatchObject({
        message: 'no response',
      });
    }
  });

  it('count with the length of their JSON in bytes, together with the media', async () => {
    const { length } = JSON.stringify(stored(''));
    const responses = { records: await recordsOf(stored('é')) };
    const loadBoth = (maxBodyBytes: number): Promise<unknown> => {
      const { load, namedContent } = setUp({ responses, maxBodyBytes });
      return load(() => [namedContent.response(ID, notFound), namedContent.byUrl('https://a.test', 'at')]);
    };
    await loadBoth(length + 2 + 2);
    await expect(loadBoth(length + 2 + 1)).rejects.toMatchObject({ kind: 'too-large' });
  });
});
