import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createGateway, type Gateway, type GatewayOptions } from '../src/index.ts';
import { parseMessages } from '../src/anthropic-messages/read.ts';
import { parseGemini } from '../src/gemini-generate/read.ts';
import { parseChat } from '../src/openai-chat/read.ts';
import { parseResponses } from '../src/openai-responses/read.ts';
import type { Media } from '../src/parsing/media.ts';
import { postTo } from './support/clients.ts';

const gatewayWith = (options: Partial<GatewayOptions> = {}): Gateway =>
  createGateway({
    majordomo: createMajordomo({ providers: [fakeProvider({ id: 'a', models: { x: ['hi', 'hi'] } })] }),
    models: { x: 'a/x' },
    authorize: () => ({}),
    ...options,
  });

const list = (count: number, item = '{}'): string =>
  `[${Array.from({ length: count }, () => item).join(',')}]`;
const CHAT = '/v1/chat/completions';
const USER = '{"role":"user","content":"hi"}';

describe('a request with more than 10,000 elements', () => {
  const many = (item = '{}'): string => list(10_001, item);
  it.each([
    ['/v1/responses', 'input', `{"model":"x","input":${many()}}`],
    ['/v1/responses', 'zzz', `{"model":"x","input":"hi","zzz":${many()}}`],
    [CHAT, 'messages', `{"model":"x","messages":${many()}}`],
    [CHAT, 'tools', `{"model":"x","messages":[${USER}],"tools":${many()}}`],
    [CHAT, 'messages[0].content', `{"messages":[{"content":${many('{"type":"text","text":"a"}')}}]}`],
    ['/v1/messages', 'messages', `{"model":"x","max_tokens":5,"messages":${many()}}`],
    ['/v1/messages/count_tokens', 'messages', `{"model":"x","messages":${many()}}`],
    ['/v1/responses/input_tokens', 'input', `{"model":"x","input":${many()}}`],
    ['/v1beta/models/x:generateContent', 'contents', `{"contents":${many()}}`],
    ['/v1/embeddings', 'input', `{"model":"x","input":${many('""')}}`],
    ['/v1/embeddings', 'input', `{"model":"x","input":${many('1')}}`],
    ['/v1/moderations', 'input', `{"input":${many('"a"')}}`],
    ['/v1/audio/speech', 'voice', `{"voice":${many()}}`],
    ['/v1/images/generations', 'prompt', `{"prompt":${many()}}`],
    ['/v1/decisions', 'questions', `{"model":"x","input":"a","questions":${many()}}`],
    ['/v1/decisions', 'questions', `{"questions":${many('1').slice(0, -1)}`],
  ])('is refused before it is parsed: %s, %s', async (path, param, body) => {
    const response = await postTo(gatewayWith(), path, body);
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).toContain(`${param}: the request has more than 10000 array elements in total; send fewer`);
    if (text.includes('"param"')) expect(text).toContain(`"param":"${param}"`);
  });

  it('is accepted with a larger maxElements, and refused with a smaller one', async () => {
    const body = `{"model":"x","messages":${list(3, USER)}}`;
    expect((await postTo(gatewayWith({ maxElements: 3 }), CHAT, body)).status).toBe(200);
    expect((await postTo(gatewayWith({ maxElements: 2 }), CHAT, body)).status).toBe(400);
  });
});

describe('JSON in the strings of a request', () => {
  const args = JSON.stringify(`{"a":${list(10_000)}}`);
  const token = `majordomo.1.${Buffer.from(`["x",${list(10_000)}]`).toString('base64')}`;
  it.each([
    [
      CHAT,
      'messages[0].tool_calls[0].function.arguments',
      `{"model":"x","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":${args}}}]}]}`,
    ],
    [
      '/v1/responses',
      'input[0].arguments',
      `{"model":"x","input":[{"type":"function_call","call_id":"c","name":"f","arguments":${args}}]}`,
    ],
    [
      '/v1/messages',
      'messages[0].content[0].signature',
      `{"model":"x","max_tokens":5,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"${token}"}]}]}`,
    ],
  ])('counts for maxElements: %s, %s', async (path, param, body) => {
    const response = await postTo(gatewayWith(), path, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`${param}: the JSON in it has more than 10000 array elements`);
  });
});

it('a body of tiny chunks is refused', async () => {
  let chunks = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks++;
      controller.enqueue(new Uint8Array([0x20]));
    },
  });
  const response = await postTo(gatewayWith(), CHAT, body);
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining('the body arrives in too many small chunks; send larger ones'),
  ]);
  expect(chunks).toBeLessThan(2200);
});

it.each([
  [CHAT, (members: string) => `{"model":"x","messages":[${USER}],${members}}`, ''],
  ['/v1/responses', (members: string) => `{"model":"x","input":"hi",${members}}`, ''],
  [
    CHAT,
    (members: string) => `{"model":"x","messages":[{"role":"user","content":"hi",${members}}]}`,
    'message.',
  ],
])('a request with 90,000 unknown members is served: %s', async (path, bodyOf, prefix) => {
  const members = Array.from({ length: 90_000 }, (_, index) => `"m${index}":1`).join(',');
  const response = await postTo(gatewayWith(), path, bodyOf(members));
  expect(response.status).toBe(200);
  expect(response.headers.get('x-majordomo-warnings')).toContain(`dropped ${prefix}m0: `);
});

describe('a list', () => {
  const media: Media = {
    byFile: () => expect.unreachable(),
    byUrl: () => expect.unreachable(),
  };
  /** Item that fails the test if a parser reads it. */
  const unread = new Proxy({}, { get: () => expect.unreachable(), has: () => expect.unreachable() });

  it.each<[string, () => unknown]>([
    ['messages[0].role', () => parseChat({ messages: [{}, unread], model: 'x' }, media)],
    ['messages[0].role', () => parseMessages({ messages: [{}, unread], model: 'x', max_tokens: 1 }, media)],
    ['input[0].type', () => parseResponses({ input: [{ type: 'x' }, unread], model: 'x' }, media)],
    [
      'contents[0].parts',
      () => parseGemini({ contents: [{}, unread] }, media, { model: 'x', isStreamed: false }),
    ],
  ])('is read until its first invalid item: %s', (path, parse) => {
    expect(parse).toThrow(expect.objectContaining({ path }) as Error);
  });
});

describe('the bodies of all requests', () => {
  const limits = { maxBodyBytes: 1000, maxTotalBodyBytes: 1500 };
  const large = `{"model":"x","messages":[${USER}]}${' '.repeat(900)}`;

  it.each([
    ['with', { 'content-length': String(large.length) }],
    ['without', {}],
  ])('are limited together, %s content-length', async (_, headers) => {
    const gateway = gatewayWith(limits);
    const slow = new TransformStream<Uint8Array, Uint8Array>();
    const writer = slow.writable.getWriter();
    const first = postTo(gateway, CHAT, slow.readable, { headers });
    const bytes = new TextEncoder().encode(large);
    await writer.write(bytes.subarray(0, 800));
    const second = await postTo(gateway, CHAT, large, { headers });
    expect([second.status, await second.text()]).toEqual([
      429,
      expect.stringContaining(
        'the requests that the gateway serves would be larger than 1500 bytes together',
      ),
    ]);
    await writer.write(bytes.subarray(800));
    await writer.close();
    expect((await first).status).toBe(200);
    expect((await postTo(gateway, CHAT, large, { headers })).status).toBe(200);
  });

  it('are limited to at least one body', () => {
    expect(() => gatewayWith({ maxBodyBytes: 1000, maxTotalBodyBytes: 999 })).toThrow(
      'createGateway: maxTotalBodyBytes: must not be less than maxBodyBytes',
    );
  });
});

it('a form whose part has more than 8 KiB of headers is refused, also if the complete form has arrived', async () => {
  const parameters = ';a=b'.repeat(3000);
  const body = `--b\r\ncontent-disposition: form-data; name="file"${parameters}\r\n\r\nx\r\n--b--\r\n`;
  const form = new Blob([body], { type: 'multipart/form-data; boundary=b' });
  const response = await postTo(gatewayWith(), '/v1/audio/transcriptions', form);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('is not a valid form');
});

it('a form with more than 50 fields is refused', async () => {
  const form = new FormData();
  for (let count = 0; count < 51; count++) form.append('timestamp_granularities[]', 'word');
  const response = await postTo(gatewayWith(), '/v1/audio/transcriptions', form);
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining('must have at most 50 fields'),
  ]);
});
