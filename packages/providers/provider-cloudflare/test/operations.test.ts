import { createMajordomo, type Majordomo } from '@majordomo/core';
import { answers, failureOf, testServer, type Answer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createCloudflare } from '../src/index.ts';
import { fakeBinding } from './fake-binding.ts';

let server: TestServer;
afterEach(() => server.close());

/** Returns a majordomo with one account, over REST as `rest/…` and through a binding as `bound/…`. */
async function world(play: Answer): Promise<Majordomo> {
  server = await testServer(play);
  return createMajordomo({
    providers: [
      createCloudflare({ id: 'rest', baseURL: server.origin, accountId: 'acc', apiKey: 'key' }),
      createCloudflare({ id: 'bound', binding: fakeBinding(server.origin) }),
    ],
    chain: { attempts: 1 },
  });
}

const failureKind = async (call: Promise<unknown>): Promise<string> => (await failureOf(call)).kind;

const enveloped = (result: unknown): object => ({ result, success: true, errors: [], messages: [] });
const sent = (): readonly unknown[] => server.requests.map(({ body }) => body);
const TRANSPORTS = ['rest', 'bound'] as const;

describe.each(TRANSPORTS)('by %s', (transport) => {
  it('embeds all strings in one request, with unknown usage', async () => {
    const majordomo = await world(
      answers(
        enveloped({
          shape: [2, 2],
          data: [
            [1, 0],
            [0, 1],
          ],
        }),
      ),
    );
    const { vectors, usage } = await majordomo
      .embeddingModel(`${transport}/@cf/baai/bge-m3`)
      .embed({ values: ['one', 'two'], extra: { 'workersai-run': { truncate_inputs: false } } });
    // Workers AI reports no tokens, so the usage is unknown.
    expect([vectors, usage]).toEqual([[Float32Array.of(1, 0), Float32Array.of(0, 1)], undefined]);
    expect(server.requests[0]?.path).toBe('/accounts/acc/ai/run/@cf/baai/bge-m3');
    expect(sent()).toEqual([{ text: ['one', 'two'], truncate_inputs: false }]);
  });

  it('transcribes a recording with segments or words, billed by the second', async () => {
    const words = [{ word: ' Hello', start: 0.1, end: 0.5 }];
    const result = {
      transcription_info: { language: 'en', duration: 1.5 },
      text: ' Hello. ',
      segments: [{ text: ' Hello.', start: 0, end: 1.25, words }],
    };
    const majordomo = await world(answers(enveloped(result)));
    const model = majordomo.transcriptionModel(`${transport}/@cf/openai/whisper-large-v3-turbo`);
    const request = { audio: Uint8Array.of(1, 2), mediaType: 'audio/mpeg', language: 'en-GB', prompt: 'Hi' };
    const transcript = await model.transcribe(request);
    expect(transcript).toMatchObject({
      text: 'Hello.',
      language: 'en',
      durationMs: 1500,
      segments: [{ text: 'Hello.', startMs: 0, endMs: 1250 }],
      usage: { details: { units: { 'audio-second': 1.5 } } },
    });
    const { segments } = await model.transcribe({ ...request, timestamps: 'word' });
    expect(segments).toEqual([{ text: 'Hello', startMs: 100, endMs: 500 }]);
    expect(sent()[0]).toEqual({ audio: 'AQI=', language: 'en', initial_prompt: 'Hi' });
  });

  it('ignores a negative duration', async () => {
    const result = {
      text: 'Hi',
      transcription_info: { duration: -3 },
      segments: [{ text: 'Hi', start: -1, end: 2 }],
    };
    const majordomo = await world(answers(enveloped(result)));
    const { durationMs, segments, usage } = await majordomo
      .transcriptionModel(`${transport}/@cf/openai/whisper-large-v3-turbo`)
      .transcribe({ audio: Uint8Array.of(1, 2), mediaType: 'audio/mpeg' });
    expect([durationMs, segments, usage]).toEqual([undefined, [], undefined]);
  });

  it('returns speech from bytes', async () => {
    const majordomo = await world((response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('ID3 sound');
    });
    const { audio, mediaType } = await majordomo
      .speechModel(`${transport}/@cf/deepgram/aura-1`)
      .speak({ text: 'Hello.', voice: 'luna', format: 'opus' });
    expect([new TextDecoder().decode(audio), mediaType]).toEqual(['ID3 sound', 'audio/mpeg']);
    expect(sent()).toEqual([{ text: 'Hello.', speaker: 'luna', encoding: 'opus', container: 'ogg' }]);
  });

  it.each(['{', '<'])('returns samples that begin with the byte of %s', async (start) => {
    const majordomo = await world((response) => {
      response.writeHead(200, { 'content-type': 'audio/l16' }).end(`${start} sound`);
    });
    const { audio, mediaType } = await majordomo
      .speechModel(`${transport}/@cf/deepgram/aura-1`)
      .speak({ text: 'Hello.', format: 'pcm' });
    expect([new TextDecoder().decode(audio), mediaType]).toEqual([`${start} sound`, 'audio/pcm']);
  });

  it('rejects an HTML page with any content type as protocol', async () => {
    const majordomo = await world((response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('<html>Sign in</html>');
    });
    const speech = majordomo.speechModel(`${transport}/@cf/deepgram/aura-1`).speak({ text: 'Hello.' });
    expect(await failureKind(speech)).toBe('protocol');
  });

  it('returns speech from base64', async () => {
    const audio = Buffer.from('fLaC').toString('base64');
    const majordomo = await world(answers(enveloped({ audio })));
    const speech = await majordomo
      .speechModel(`${transport}/@cf/myshell-ai/melotts`)
      .speak({ text: 'Hello.', voice: 'fr', speed: 2 });
    expect([new TextDecoder().decode(speech.audio), speech.mediaType]).toEqual(['fLaC', 'audio/flac']);
    expect(speech.warnings).toMatchObject([{ action: 'dropped', what: 'speed' }]);
    expect(sent()).toEqual([{ prompt: 'Hello.', lang: 'fr' }]);
  });
});

it("requests the pooling that the model's maker recommends", async () => {
  const majordomo = await world(answers(enveloped({ data: [[1]] })));
  await majordomo.embeddingModel('rest/@cf/baai/bge-base-en-v1.5').embed({ values: ['one'] });
  expect(sent()).toEqual([{ text: ['one'], pooling: 'cls' }]);
});

it('sends bytes as numbers to older models', async () => {
  const words = [{ word: 'Hello', start: 0, end: 1 }];
  const majordomo = await world(answers(enveloped({ text: 'Hello', words })));
  const { segments, warnings } = await majordomo
    .transcriptionModel('rest/@cf/openai/whisper')
    .transcribe({ audio: Uint8Array.of(1, 2), mediaType: 'audio/mpeg', language: 'en' });
  expect(segments).toEqual([{ text: 'Hello', startMs: 0, endMs: 1000 }]);
  expect(warnings).toMatchObject([{ action: 'dropped', what: 'language' }]);
  expect(sent()).toEqual([{ audio: [1, 2] }]);
});

describe.each([
  ['nothing', 200, {}, 'protocol'],
  [
    'an error inside 200',
    200,
    { success: false, errors: [{ code: 3040, message: 'Capacity' }] },
    'overloaded',
  ],
] as const)('%s', (_, status, body, kind) => {
  it(`is ${kind} for vectors, transcripts, speech and images`, async () => {
    const majordomo = await world(answers(body, status));
    const kinds = [
      await failureKind(majordomo.embeddingModel('rest/@cf/baai/bge-m3').embed({ values: ['one'] })),
      await failureKind(
        majordomo
          .transcriptionModel('rest/@cf/openai/whisper')
          .transcribe({ audio: Uint8Array.of(1), mediaType: 'audio/mpeg' }),
      ),
      await failureKind(majordomo.speechModel('rest/@cf/myshell-ai/melotts').speak({ text: 'Hello.' })),
      await failureKind(majordomo.imageModel('rest/@cf/x').generate({ prompt: 'a cat' })),
    ];
    expect(kinds).toEqual([kind, kind, kind, kind]);
  });
});

it('rejects an unsupported audio format before the call', async () => {
  const majordomo = await world(answers({}));
  const speech = majordomo
    .speechModel('rest/@cf/myshell-ai/melotts')
    .speak({ text: 'Hello.', format: 'wav' });
  expect([await failureKind(speech), server.requests]).toEqual(['unsupported', []]);
});
