import { createMajordomo, user, type FilePart } from '@majordomo/core';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createGoogle } from '@majordomo/provider-google';
import { answers, testServer, type TestServer } from '@majordomo/test-support';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, it } from 'vitest';
import { CHAT_SIDES, SIDES, WORKERS_AI, type Side } from '../src/wires.ts';

let server: TestServer;
afterEach(() => server.close());

const bytes = new TextEncoder().encode('....ftypisom a film');
const data = Buffer.from(bytes).toString('base64');
const film = (mediaType: string): FilePart => ({ type: 'file', mediaType, bytes, name: 'a cat.mp4' });

const geminiResponse = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'A cat.' }] }, finishReason: 'STOP' }],
};
const converseResponse = {
  output: { message: { role: 'assistant', content: [{ text: 'A cat.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12 },
};

const google = (origin: string) => createGoogle({ apiKey: 'key', baseURL: origin });
const bedrock = (origin: string) =>
  createBedrock({
    apiKey: 'key',
    region: 'us-east-1',
    baseURL: origin,
    requestHandler: () => new NodeHttpHandler(),
  });

describe('a video', () => {
  it.each(['video/mp4', 'video/mpeg', 'video/quicktime', 'video/webm', 'video/3gpp'])(
    'of %s is sent to Gemini inline with its media type',
    async (mediaType) => {
      server = await testServer(answers(geminiResponse));
      const majordomo = createMajordomo({ providers: [google(server.origin)] });
      const { text } = await majordomo
        .model('google/gemini-3.8-flash')
        .generate({ messages: [user('What is this?', film(mediaType))] });
      const [{ contents }] = server.requests.map(({ body }) => body) as [{ contents: readonly object[] }];
      expect(text).toBe('A cat.');
      expect(contents).toEqual([
        { role: 'user', parts: [{ text: 'What is this?' }, { inlineData: { mimeType: mediaType, data } }] },
      ]);
    },
  );

  it.each([
    ['video/mp4', 'mp4'],
    ['video/quicktime', 'mov'],
    ['video/x-matroska', 'mkv'],
    ['video/webm', 'webm'],
    ['video/mpeg', 'mpeg'],
    ['video/3gpp', 'three_gp'],
  ])('of %s is sent to Nova in a separate block with format %s', async (mediaType, format) => {
    server = await testServer(answers(converseResponse));
    const majordomo = createMajordomo({ providers: [bedrock(server.origin)] });
    const { text } = await majordomo
      .model('bedrock/us.amazon.nova-pro-v1:0')
      .generate({ messages: [user('What is this?', film(mediaType))] });
    const [{ messages }] = server.requests.map(({ body }) => body) as [{ messages: readonly object[] }];
    expect(text).toBe('A cat.');
    expect(messages).toEqual([
      { role: 'user', content: [{ text: 'What is this?' }, { video: { format, source: { bytes: data } } }] },
    ]);
  });

  const others: readonly (readonly [name: string, side: Side])[] = [
    ...SIDES.filter(({ wire }) => wire.name !== 'gemini-generate').map(
      (side) => [side.wire.name, side] as const,
    ),
    [
      'bedrock-converse, a Nova model for text only',
      { ...SIDES.find(({ wire }) => wire.name === 'bedrock-converse')!, model: 'amazon.nova-micro-v1:0' },
    ],
    ['workersai-run', WORKERS_AI],
    ...CHAT_SIDES,
  ];

  it.each(others)('skips %s without a request and reports the reason', async (_, side) => {
    server = await testServer(answers(geminiResponse));
    const providers = [side.provider('other', `${server.origin}/other`), google(server.origin)];
    const { target, attempts } = await createMajordomo({ providers })
      .model(`other/${side.model},google/gemini-3.8-flash`)
      .generate({ messages: [user('What is this?', film('video/mp4'))] });
    expect([target, server.requests.map(({ path }) => path.startsWith('/other'))]).toEqual([
      'google/gemini-3.8-flash',
      [false],
    ]);
    expect(attempts[0]).toMatchObject({ error: { kind: 'unsupported' } });
    expect(attempts[0]?.error?.message).toMatch(
      /does not accept files of type video\/mp4$|this API does not accept "video\/mp4"; use a model for video input$/,
    );
  });

  it('of a type that Gemini does not accept is sent to the next target only', async () => {
    server = await testServer(answers(converseResponse));
    const providers = [google(server.origin), bedrock(server.origin)];
    const { target } = await createMajordomo({ providers })
      .model('google/gemini-3.8-flash,bedrock/amazon.nova-lite-v1:0')
      .generate({ messages: [user('What is this?', film('video/x-matroska'))] });
    expect([target, server.requests.length]).toEqual(['bedrock/amazon.nova-lite-v1:0', 1]);
  });
});
