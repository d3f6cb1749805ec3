import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playback, type Cut, type Playback, type Recording } from '../src/index.ts';

const text = 'a é ж 世 🌍 '.repeat(80);
const createRecording = (id: string, body: string): Recording => ({
  id,
  vendor: 'v',
  expected: {
    wire: 'w',
    streamed: true,
    outcome: 'success',
    text: body,
    reasoning: '',
    refusal: '',
    toolCalls: [],
    finishReasonRaw: null,
    usageRaw: null,
    signatures: [],
    error: null,
  },
  status: 201,
  headers: { 'x-recorded': id },
  body: new TextEncoder().encode(body),
  request: undefined,
});
const all = [createRecording('v/other', 'other'), createRecording('v/one', text)];

let server: Playback;
beforeAll(async () => {
  server = await playback(all);
});
afterAll(() => server.close());

describe.each<[cut: Cut, pieces: number]>([
  ['complete', 1],
  ['random', 2],
  [7, 20],
  ['bytes', 1],
])('a body in chunks of the kind %s', (cut, pieces) => {
  it(`is equal to the recording, in at least ${pieces} chunks`, async () => {
    const response = await fetch(`${server.url(all[1]!, cut)}/some/path`, {
      method: 'POST',
      body: '{"a":1}',
    });
    expect([response.status, response.headers.get('x-recorded')]).toEqual([201, 'v/one']);
    const chunks: Uint8Array[] = [];
    for await (const piece of response.body!) chunks.push(piece);
    expect(Buffer.concat(chunks).toString()).toBe(text);
    expect(chunks.length).toBeGreaterThanOrEqual(pieces);
    expect(server.requests.at(-1)).toMatchObject({ method: 'POST', text: '{"a":1}', body: { a: 1 } });
  });
});

it('reports the end of a request when its response was sent or its client disconnected', async () => {
  await (await fetch(server.url(all[0]!, 'complete'))).text();
  expect(await server.requests.at(-1)?.closed).toMatchObject({ whole: true });
  const before = server.requests.length;
  const controller = new AbortController();
  const abortedRequest = fetch(server.url(all[1]!, 1), { signal: controller.signal });
  const { closed } = await server.request(before);
  controller.abort();
  await expect(abortedRequest.then((response) => response.text())).rejects.toThrow('aborted');
  expect(await closed).toMatchObject({ whole: false });
});
