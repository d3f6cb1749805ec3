import { describe, expect, it } from 'vitest';
import { fakeClock } from '../clock/fake-clock.ts';
import { refusedURL } from '../network/refused.ts';
import { record, type RecordingFetch, type RecordOptions } from './record.ts';
import { bodyOf, parseRecording, type Recording } from './recording.ts';

const KEY = 'canary-1618033988';
const URL_ = 'https://api.example.com/v1/chat?x=1';

/** Returns a recorder over the test's transport, and the files that it has written. */
function world(
  respond: (init?: RequestInit) => Response | Promise<Response>,
  options: Partial<RecordOptions> = {},
): { fetch: RecordingFetch; files: Map<string, string>; readRecording(): Promise<Recording> } {
  const files = new Map<string, string>();
  const fetch = record({
    write: (name, text) => void files.set(name, text),
    fetch: (_, init) => Promise.resolve(respond(init)),
    ...options,
  });
  return {
    fetch,
    files,
    async readRecording() {
      await fetch.done();
      return parseRecording([...files.values()][0] ?? '');
    },
  };
}

const stream = (...chunks: readonly string[]): Response =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    }),
    { headers: { 'content-type': 'text/event-stream' } },
  );
const textIn = ({ response }: Recording): string =>
  response === null ? '' : Buffer.from(bodyOf(response)).toString('utf8');

describe('a recording', () => {
  it('contains the request, the response, and its chunks with times', async () => {
    const clock = fakeClock();
    const { fetch, readRecording, files } = world(() => stream('data: a\n\n', 'data: b\n\n'), {
      clock,
      origin: 'a test',
      licence: 'MIT',
    });
    const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":[1]}' };
    const reader = (await fetch(URL_, sent)).body?.getReader();
    await reader?.read();
    await clock.advance(40);
    await reader?.read();
    await clock.advance(2);
    await reader?.read();

    expect(await readRecording()).toEqual({
      format: 'majordomo-recording/1',
      recordedAt: new Date(clock.now() - 42).toISOString(),
      origin: 'a test',
      licence: 'MIT',
      request: {
        method: 'POST',
        url: URL_,
        headers: { 'content-type': 'application/json' },
        body: { json: { a: [1] } },
      },
      response: {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        headersAtMs: 0,
        chunks: [
          { atMs: 0, text: 'data: a\n\n' },
          { atMs: 40, text: 'data: b\n\n' },
        ],
        end: 'complete',
        endAtMs: 42,
      },
      error: null,
    });
    expect([...files.keys()]).toEqual(['0001-POST-v1-chat.json']);
  });

  it.each<[string, BodyInit_, unknown]>([
    ['a string', 'hello', { text: 'hello' }],
    ['bytes', new Uint8Array([1, 255]), { base64: 'Af8=' }],
    ['a URL-encoded form', new URLSearchParams({ a: 'b' }), { text: 'a=b' }],
    ['a stream', new Blob(['hello']).stream(), { text: 'hello' }],
    ['nothing', undefined, null],
  ])('records the body of a request that is %s, and sends it unchanged', async (_, body, expected) => {
    let sent: ArrayBuffer | undefined;
    const { fetch, readRecording } = world(async (init) => {
      sent = await new Response(init?.body).arrayBuffer();
      return new Response('ok');
    });
    const sentBody = body instanceof Uint8Array ? body.slice() : body;
    await (await fetch(URL_, { method: 'POST', ...(body !== undefined && { body }) })).text();
    expect((await readRecording()).request.body).toEqual(expected);
    if (!(sentBody instanceof ReadableStream)) {
      expect(Buffer.from(sent ?? new ArrayBuffer())).toEqual(
        Buffer.from(await new Response(sentBody ?? '').arrayBuffer()),
      );
    }
  });

  it('replaces the boundary of a form', async () => {
    const { fetch, readRecording } = world(() => new Response('ok'));
    const body = new FormData();
    body.append('a', 'b');
    await (await fetch(URL_, { method: 'POST', body })).text();
    const { request } = await readRecording();
    expect(request.headers['content-type']).toBe('multipart/form-data; boundary=boundary');
    expect(request.body).toEqual({
      text: '--boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--boundary--\r\n',
    });
  });

  it('contains chunks that end within a character, and binary bodies, as base64', async () => {
    const cut = Buffer.from('data: é\n\n');
    const { fetch, readRecording } = world(() => new Response(new Blob([cut.subarray(0, 7)]).stream()));
    await (await fetch(URL_)).arrayBuffer();
    expect((await readRecording()).response?.chunks).toEqual([
      { atMs: expect.any(Number) as number, base64: cut.subarray(0, 7).toString('base64') },
    ]);
  });

  it('contains the error of a failed connection', async () => {
    const files: string[] = [];
    const fetch = record({ write: (_, text) => void files.push(text) });
    await expect(fetch(`${await refusedURL()}/v1`)).rejects.toThrow('fetch failed');
    await fetch.done();
    const recording = parseRecording(files[0] ?? '');
    expect([recording.response, recording.error?.code]).toEqual([null, 'ECONNREFUSED']);
  });

  it('omits headers about the encoding of the sent bytes', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-length': '20', 'x-request-id': 'r' };
    const { fetch, readRecording } = world(() => new Response('ok', { headers }));
    await (await fetch(URL_)).text();
    expect(Object.keys((await readRecording()).response?.headers ?? {})).toEqual([
      'content-type',
      'x-request-id',
    ]);
  });
});

type BodyInit_ = string | Uint8Array<ArrayBuffer> | URLSearchParams | ReadableStream | undefined;

describe('a recorded response', () => {
  it('returns the original response: status, headers, URL and bytes', async () => {
    const { fetch } = world(() => new Response('gone', { status: 410, headers: { 'x-a': 'b' } }), {});
    const response = await fetch(URL_);
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([410, 'b', 'gone']);
    expect((await world(() => new Response(null, { status: 204 })).fetch(URL_)).body).toBe(null);
  });

  it('reads from the transport on demand', async () => {
    let pullCount = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pullCount++;
          controller.enqueue(new Uint8Array(1024));
        },
      },
      { highWaterMark: 0 },
    );
    const { fetch } = world(() => new Response(source));
    const reader = (await fetch(URL_)).body?.getReader();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const before = pullCount;
    await reader?.read();
    await reader?.read();
    expect([before, pullCount]).toEqual([0, 2]);
    await reader?.cancel();
  });

  it('supports readers with their own buffer', async () => {
    const { fetch, readRecording } = world(() => stream('hello'));
    const reader = (await fetch(URL_)).body?.getReader({ mode: 'byob' });
    const first = await reader?.read(new Uint8Array(3));
    const second = await reader?.read(new Uint8Array(3));
    expect([Buffer.from(first?.value ?? []).toString(), Buffer.from(second?.value ?? []).toString()]).toEqual(
      ['hel', 'lo'],
    );
    expect((await reader?.read(new Uint8Array(3)))?.done).toBe(true);
    expect(textIn(await readRecording())).toBe('hello');
  });
});

describe('a partial recording', () => {
  const endless = (cancelled: () => void): Response =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          controller.enqueue(new TextEncoder().encode('a'));
        },
        cancel: cancelled,
      }),
    );

  it('contains what a reader read before it cancelled, and cancels the transport', async () => {
    let cancelled = false;
    const { fetch, readRecording } = world(() => endless(() => (cancelled = true)));
    const reader = (await fetch(URL_)).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    const recording = await readRecording();
    expect([recording.response?.end, textIn(recording), cancelled]).toEqual(['left', 'a', true]);
  });

  it('contains what arrived before an abort', async () => {
    const abort = new AbortController();
    const { fetch, readRecording } = world(() => endless(() => undefined));
    const reader = (await fetch(URL_, { signal: abort.signal })).body?.getReader();
    await reader?.read();
    abort.abort();
    await reader?.cancel();
    expect((await readRecording()).response?.end).toBe('aborted');
  });

  it('contains what arrived before the transport failed', async () => {
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
        controller.error(new TypeError('terminated', { cause }));
      },
    });
    const { fetch, readRecording } = world(() => new Response(source));
    await expect((await fetch(URL_)).text()).rejects.toThrow('terminated');
    const { response, error } = await readRecording();
    expect([response?.end, error]).toEqual([
      'broken',
      { name: 'TypeError', message: 'terminated', code: 'UND_ERR_SOCKET', cause: 'other side closed' },
    ]);
  });

  it('contains what was read when the recorder was closed', async () => {
    const { fetch, files } = world(() => endless(() => undefined));
    await (await fetch(URL_)).body?.getReader().read();
    await fetch.done(1);
    const recording = parseRecording([...files.values()][0] ?? '');
    expect([recording.response?.end, textIn(recording)]).toEqual(['unfinished', 'a']);
  });
});

describe('secrets', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a bearer', URL_, { authorization: `Bearer ${KEY}` }],
    ['a basic password', URL_, { authorization: `Basic ${btoa(`user:${KEY}`)}` }],
    ['a key header', URL_, { 'x-api-key': KEY }],
    ['another', URL_, { 'api-key': KEY }],
    ['a third', URL_, { 'x-goog-api-key': KEY }],
    ['an AWS token', URL_, { 'x-amz-security-token': KEY }],
    ['an AWS signature', URL_, { authorization: `AWS4-HMAC-SHA256 Credential=A/b, Signature=${KEY}` }],
    ['a cookie', URL_, { cookie: `a=b; session=${KEY}` }],
    ['an organisation', URL_, { 'openai-organization': KEY }],
    ['a query', `https://api.example.com/v1?key=${KEY}`, {}],
    ['an account in the path', `https://api.example.com/accounts/${KEY}/ai/run/@cf/x`, {}],
  ])('of a request are masked in request and response: %s', async (_, url, headers) => {
    const encoded = Buffer.from(`:${KEY}`).toString('base64');
    const echo = `{"said":"no ${KEY}","url":"${encodeURIComponent(KEY)}","b":"${encoded}"}`;
    const { fetch, files } = world(() => new Response(echo, { status: 401, headers: { 'x-echo': KEY } }));
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ user: KEY }) });
    expect(await response.text()).toBe(echo);
    await fetch.done();
    const [text = ''] = files.values();
    expect(text).toContain('***');
    expect(text).not.toContain(KEY);
    expect(text).not.toContain(btoa(`user:${KEY}`));
    expect(text).not.toContain(encoded.slice(2, 14));
  });

  it('do not include the attributes of a cookie', async () => {
    const cookie = `__cf_bm=${KEY}; path=/; expires=Fri, 20-Nov-26 20:00:00 GMT; domain=.api.openai.com; HttpOnly; Secure`;
    const bodyText = `Set HttpOnly on .api.openai.com until Fri, 20-Nov-26 20:00:00 GMT, not ${KEY}`;
    const { fetch, readRecording } = world(
      () => new Response(bodyText, { headers: { 'set-cookie': cookie } }),
    );
    await (await fetch(URL_)).text();
    expect(textIn(await readRecording())).toBe(bodyText.replace(KEY, '***'));
  });

  it('from the options are masked everywhere, also across chunks', async () => {
    for (let cut = 1; cut < KEY.length; cut++) {
      const { fetch, readRecording } = world(() => stream(`é ${KEY.slice(0, cut)}`, `${KEY.slice(cut)} ü`), {
        secrets: [KEY],
      });
      await (await fetch(URL_)).text();
      const recording = await readRecording();
      expect([textIn(recording), recording.response?.chunks.length]).toEqual(['é *** ü', 2]);
    }
  });

  it('are masked by their shape in all strings, except in token probabilities', async () => {
    const hidden = [
      'dckr_pat_aBcDeFgHiJkLmNoPqRsTuVwXyZ0',
      `pplx-${'a1B2'.repeat(12)}`,
      `shpat_${'0af1'.repeat(8)}`,
    ];
    const logprobs = '{"token":"abcdefghijklmnopqrstuvwxyz","logprob":-0.5}';
    const { fetch, files } = world(() =>
      stream(`data: ${logprobs}\n\n`, ...hidden.map((key) => `data: "${key}"\n\n`)),
    );
    const body = JSON.stringify({ content: hidden.join(' ') });
    await (
      await fetch(`${URL_}&note=${hidden[0] ?? ''}`, {
        method: 'POST',
        headers: { 'x-note': hidden[1] ?? '' },
        body,
      })
    ).text();
    await fetch.done();
    const [text = ''] = files.values();
    for (const key of hidden) expect(text).not.toContain(key.slice(8));
    expect(textIn(parseRecording(text))).toBe(`data: ${logprobs}\n\n${'data: "***"\n\n'.repeat(3)}`);
  });

  it('that remain prevent the writing of the recording, and the error does not contain them', async () => {
    const frame = Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(KEY), Buffer.from([0xc3])]);
    const { fetch, files } = world(() => new Response(frame), { secrets: [KEY] });
    expect(Buffer.from(await (await fetch(URL_)).arrayBuffer())).toEqual(frame);
    const refusal = await fetch.done().catch((error: unknown) => error);
    expect(String(refusal)).toMatch(
      /^Error: record: the recording was not written, because response\S+ would contain a secret; add the secret to secrets/,
    );
    expect(files.size).toBe(0);
    await fetch.done();
  });

  it.each<[string, Partial<RecordOptions>, RequestInit, string]>([
    ['in an option', { origin: `by ${KEY}` }, {}, 'origin'],
    ['in the name of a header', {}, { headers: { [KEY]: 'a' } }, 'the name of a member of request.headers'],
    ['in a method', {}, { method: KEY.toUpperCase() }, 'request.method'],
  ])('are looked for %s', async (_, options, init, where) => {
    const { fetch } = world(() => new Response('ok'), { ...options, secrets: [KEY, KEY.toUpperCase()] });
    await (await fetch(URL_, init)).text();
    await expect(fetch.done()).rejects.toThrow(where);
  });

  it('do not include token counts, request ids or other strings', async () => {
    const headers = {
      'x-ratelimit-remaining-tokens': '3999992',
      'anthropic-ratelimit-tokens-limit': '8000',
      'x-amzn-bedrock-input-token-count': '12',
      'x-request-id': 'req_3c84f9876cbd4cb78f22b6a39391ac8a',
    };
    const text =
      '{"id":"chatcmpl-3c84f9876cbd4cb78f22b6a3","text":"a basic understanding","total_tokens":12}';
    const { fetch, readRecording } = world(() => new Response(text, { headers }));
    await (await fetch(URL_)).text();
    const recording = await readRecording();
    expect([textIn(recording), recording.response?.headers]).toMatchObject([text, headers]);
  });
});

it('reports several write errors together', async () => {
  const full = (): never => {
    throw new Error('disk full');
  };
  const { fetch } = world(() => new Response('ok'), { write: full });
  await (await fetch(URL_)).text();
  await (await fetch(URL_)).text();
  await expect(fetch.done()).rejects.toThrow('2 recordings were not written');
});
