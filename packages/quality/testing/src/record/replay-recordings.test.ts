import { stat } from 'node:fs/promises';
import path from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../clock/fake-clock.ts';
import { recordingFolder } from './folder.ts';
import { record } from './record.ts';
import { parseRecording, type RecordedResponse, type Recording } from './recording.ts';
import { replayRecordings } from './replay-recordings.ts';
import { sealRecording } from './seal.ts';

const URL_ = 'https://api.example.com/v1/chat?a=1&b=2';
const BODY = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };

const recording = (
  response: Partial<RecordedResponse> | null = {},
  request: Partial<Recording['request']> = {},
): Recording => ({
  format: 'majordomo-recording/1',
  recordedAt: '2026-11-20T12:00:00.000Z',
  origin: null,
  licence: null,
  request: { method: 'POST', url: URL_, headers: {}, body: { json: BODY }, ...request },
  response: response && {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    headersAtMs: 10,
    chunks: [
      { atMs: 20, text: 'one ' },
      { atMs: 50, base64: btoa('two') },
    ],
    end: 'complete',
    endAtMs: 60,
    ...response,
  },
  error: null,
});

const post = (body: object = BODY): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

describe('a replay', () => {
  it('responds to a recorded request for any host and with any key', async () => {
    const fetch = replayRecordings([recording()]);
    const response = await fetch('http://127.0.0.1/v1/chat?b=2&a=1', {
      ...post({ messages: BODY.messages, model: 'm' }),
      headers: { authorization: 'Bearer other' },
    });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'text/plain',
      'one two',
    ]);
    fetch.done();
  });

  it.each([
    ['gets a prefix', 'https://api.example.com/v1/chat', 'http://gateway.lan/openai/v1/chat'],
    ['loses its prefix', 'https://gateway.lan/openai/v1/chat', 'http://127.0.0.1/v1/chat'],
  ])('responds to a request whose path %s because of another base URL', async (_name, recorded, sent) => {
    const fetch = replayRecordings([recording({}, { url: recorded })]);
    expect((await fetch(sent, post())).status).toBe(200);
    fetch.done();
  });

  it('rejects a path that is equal only within a segment', async () => {
    const fetch = replayRecordings([recording({}, { url: 'https://api.example.com/v1/chat' })]);
    expect((await fetch('https://api.example.com/at', post())).status).toBe(400);
  });

  it('responds to parallel requests in any order, to each once', async () => {
    const second = recording({ status: 404 }, { body: null });
    const fetch = replayRecordings([recording(), second]);
    expect((await fetch(URL_, { method: 'POST' })).status).toBe(404);
    expect(fetch.left).toHaveLength(1);
    expect((await fetch(URL_, post())).status).toBe(200);
    expect((await fetch(URL_, post())).status).toBe(400);
  });

  it.each<[string, string, RequestInit, string]>([
    ['method', URL_, { ...post(), method: 'PUT' }, 'method: recorded "POST", sent "PUT"'],
    ['path', 'https://api.example.com/v2/chat?a=1&b=2', post(), 'path: recorded "/v1/chat", sent "/v2/chat"'],
    ['query', 'https://api.example.com/v1/chat?a=1', post(), 'query: recorded "?a=1&b=2", sent "?a=1"'],
    [
      'body',
      URL_,
      post({ ...BODY, messages: [{ role: 'user', content: 'ho' }], seed: 1 }),
      'body.messages[0].content: recorded "hi", sent "ho"; body.seed: recorded nothing, sent 1',
    ],
    ['body that is missing', URL_, { method: 'POST' }, 'sent nothing'],
  ])('rejects another %s with the difference', async (_, url, init, difference) => {
    const fetch = replayRecordings([recording()]);
    const response = await fetch(url, init);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'unexpected-request', message: expect.stringContaining(difference) as string },
    });
    expect(() => {
      fetch.done();
    }).toThrow(difference);
  });

  it('hides the credentials of an unexpected request', async () => {
    const fetch = replayRecordings([]);
    const headers = { authorization: 'Bearer canary-161803' };
    const response = await fetch(`${URL_}&key=canary-271828`, { ...post({ a: 'canary-161803' }), headers });
    expect(await response.text()).not.toContain('canary');
  });

  it('reports recordings that no request has used', () => {
    expect(() => {
      replayRecordings([recording()]).done();
    }).toThrow('unused recording: POST /v1/chat');
  });

  it('reproduces the pace of the recording with pace "recorded"', async () => {
    const clock = fakeClock();
    const fetch = replayRecordings([recording()], { pace: 'recorded', clock });
    const times: number[] = [];
    const began = clock.now();
    const reading = fetch(URL_, post()).then(async (response) => {
      times.push(clock.now() - began);
      for await (const _ of response.body ?? []) times.push(clock.now() - began);
      times.push(clock.now() - began);
    });
    await clock.advance(100);
    await reading;
    expect(times).toEqual([10, 20, 50, 60]);
  });

  it('fails where the recorded transport failed', async () => {
    const broken = {
      ...recording({ end: 'broken' }),
      error: { name: 'TypeError', message: 'terminated', code: 'X', cause: 'other side closed' },
    };
    const response = await replayRecordings([broken])(URL_, post());
    await expect(response.text()).rejects.toMatchObject({
      message: 'terminated',
      cause: { code: 'X', message: 'other side closed' },
    });
    const failedRecording = {
      ...recording(null),
      error: { name: 'TypeError', message: 'fetch failed', code: 'ECONNREFUSED' },
    };
    await expect(replayRecordings([failedRecording])(URL_, post())).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('fails where the recorded reader cancelled', async () => {
    const response = await replayRecordings([recording({ end: 'left' })])(URL_, post());
    await expect(response.text()).rejects.toThrow('the recording ends here');
  });

  it('ends on abort, before the headers and while the body is read', async () => {
    const abortedSignal = AbortSignal.abort(new Error('enough'));
    await expect(replayRecordings([recording()])(URL_, { ...post(), signal: abortedSignal })).rejects.toThrow(
      'enough',
    );
    const abort = new AbortController();
    const clock = fakeClock();
    const pending = replayRecordings([recording()], { pace: 'recorded', clock })(URL_, {
      ...post(),
      signal: abort.signal,
    });
    await clock.advance(15);
    const reading = (await pending).text();
    abort.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});

describe('a folder', () => {
  it('stores recordings for their owner only, and returns them in order', async () => {
    const parent = testFolder();
    const folder = recordingFolder(path.join(parent, 'new'));
    expect(folder.read()).toEqual([]);
    const fetch = record({ write: folder.write, fetch: () => Promise.resolve(new Response('hello')) });
    for (const a of [1, 2]) await (await fetch(URL_, post({ a }))).text();
    await fetch.done();
    const recordings = folder.read();
    expect(recordings.map(({ request }) => request.body)).toEqual([{ json: { a: 1 } }, { json: { a: 2 } }]);
    const { mode } = await stat(path.join(parent, 'new', '0001-POST-v1-chat.json'));
    if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
    expect(await (await replayRecordings(recordings)(URL_, post({ a: 2 }))).text()).toBe('hello');
  });

  it('rejects files of another format', () => {
    expect(() => parseRecording('{"format":"har"}')).toThrow(
      'format must be majordomo-recording/1, not "har"',
    );
    expect(() => parseRecording('[]')).toThrow('must be majordomo-recording/1');
  });
});

it('rejects a secret in an added member', () => {
  const expected = { text: 'hi' };
  expect(parseRecording(sealRecording({ ...recording(), expected })).expected).toEqual(expected);
  expect(() =>
    sealRecording({ ...recording(), expected: { text: 'a canary-161803' } }, ['canary-161803']),
  ).toThrow('expected.text would contain a secret');
  expect(() => sealRecording({ ...recording(), expected: { access_token: 'abcdefgh' } })).toThrow(
    'a member and its name',
  );
});
