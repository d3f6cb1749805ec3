import { createMajordomo, type Majordomo, type TranscriptionRequest } from '@majordomo/core';
import {
  answers,
  failureOf,
  inTurn,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI, groq, openaiCompatible } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

const KEY = 'sk-test';
const OGG = new Uint8Array(Buffer.from('OggS a voice note'));
const TOO_LONG =
  'audio duration 1830.530612 seconds is longer than 1400 seconds which is the maximum for this model';
const NOTE: TranscriptionRequest = { audio: OGG, mediaType: 'audio/ogg' };

async function world(play: Answer): Promise<Majordomo> {
  server = await testServer(play);
  const baseURL = `${server.origin}/v1`;
  return createMajordomo({
    providers: [createOpenAI({ baseURL, apiKey: KEY }), openaiCompatible({ id: 'lab', baseURL })],
    chain: { backoff: { baseMs: 0 } },
  });
}

/** Returns the fields of the sent form, in order. */
const fields = (): readonly (readonly [string, string])[] =>
  [
    ...(server.requests[0]?.text ?? '').matchAll(
      /name="([^"]+)"(?:; filename="([^"]+)")?[^]*?\r\n\r\n([^\r]*)/g,
    ),
  ].map(([, name = '', file, value = '']) => [name, file ?? value]);

describe('a transcription', () => {
  it('sends a form with the recording, and returns milliseconds and a BCP 47 language', async () => {
    const responseBody = {
      text: ' Hello there. ',
      language: 'english',
      duration: 2.5,
      segments: [
        { id: 0, start: 0, end: 1.25, text: ' Hello' },
        { id: 1, start: 1.25, end: 2.5, text: ' there.' },
      ],
    };
    const majordomo = await world(answers(responseBody));
    const { attempts, vendor, ...transcript } = await majordomo
      .transcriptionModel('openai/whisper-1')
      .transcribe({ ...NOTE, language: 'en-GB', prompt: 'greetings', timestamps: 'segment' });
    expect(transcript).toEqual({
      text: 'Hello there.',
      language: 'en',
      durationMs: 2500,
      segments: [
        { text: 'Hello', startMs: 0, endMs: 1250 },
        { text: 'there.', startMs: 1250, endMs: 2500 },
      ],
      target: 'openai/whisper-1',
      spec: 'openai/whisper-1',
      usage: {
        input: 0,
        output: 0,
        cacheRead: undefined,
        cacheWrite: undefined,
        reasoning: undefined,
        details: { units: { 'audio-second': 2.5 } },
      },
      warnings: [],
    });
    expect(vendor).toMatchObject({ wire: expect.any(String) as string });
    expect(attempts.length).toBe(1);
    expect(server.requests[0]).toMatchObject({
      path: '/v1/audio/transcriptions',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': expect.stringMatching(/^multipart\/form-data; ?boundary=/),
      },
    });
    expect(fields()).toEqual([
      ['model', 'whisper-1'],
      ['language', 'en'],
      ['prompt', 'greetings'],
      ['response_format', 'verbose_json'],
      ['timestamp_granularities[]', 'segment'],
      ['file', 'audio.ogg'],
    ]);
  });

  it('returns one segment per word if requested', async () => {
    const words = [{ word: 'Hi', start: 0, end: 0.4 }];
    const majordomo = await world(answers({ text: 'Hi', segments: [], words }));
    const { segments } = await majordomo
      .transcriptionModel('lab/any')
      .transcribe({ ...NOTE, timestamps: 'word' });
    expect(segments).toEqual([{ text: 'Hi', startMs: 0, endMs: 400 }]);
  });

  it('warns for a model without timestamps, and returns usage', async () => {
    const usage = {
      type: 'tokens',
      input_tokens: 14,
      output_tokens: 45,
      input_token_details: { audio_tokens: 14 },
    };
    const majordomo = await world(answers({ text: 'Hi', usage }));
    const transcript = await majordomo
      .transcriptionModel('openai/gpt-4o-mini-transcribe')
      .transcribe({ ...NOTE, timestamps: 'segment' });
    expect(transcript.warnings).toMatchObject([{ action: 'dropped', what: 'timestamps' }]);
    expect([
      transcript.usage?.input,
      transcript.usage?.output,
      transcript.usage?.details?.inputAudio,
    ]).toEqual([14, 45, 14]);
    expect(fields().find(([name]) => name === 'response_format')?.[1]).toBe('json');
  });

  it.each([
    ['the response', { text: 'Hi', duration: 2.5 }, {}, 10],
    ['the request', { text: 'Hi' }, { durationMs: 2500 }, 10],
    ['the response', { text: 'Hi', duration: 31 }, {}, 31],
    ['neither', { text: 'Hi' }, {}, undefined],
  ])(
    'counts at least the 10 s that Groq bills, with the duration of %s',
    async (_source, body, more, seconds) => {
      server = await testServer(answers(body));
      const options = { baseURL: `${server.origin}/openai/v1`, apiKey: KEY };
      const majordomo = createMajordomo({ providers: [openaiCompatible(groq, options)] });
      const { usage } = await majordomo
        .transcriptionModel('groq/whisper-large-v3')
        .transcribe({ ...NOTE, ...more });
      expect(usage?.details?.units?.['audio-second']).toBe(seconds);
    },
  );

  it('ignores a negative duration', async () => {
    const majordomo = await world(
      answers({ text: 'Hi', duration: -5, segments: [{ text: 'Hi', start: -1, end: 1 }] }),
    );
    const { durationMs, segments, usage } = await majordomo
      .transcriptionModel('openai/whisper-1')
      .transcribe({ ...NOTE, timestamps: 'segment' });
    expect([durationMs, segments, usage]).toEqual([undefined, [], undefined]);
  });

  it.each([-1, 1e300, 'soon'])('reports usage of %s seconds as unknown', async (seconds) => {
    const majordomo = await world(
      answers({ text: 'Hi', duration: seconds, usage: { type: 'duration', seconds } }),
    );
    const { durationMs, usage } = await majordomo.transcriptionModel('openai/whisper-1').transcribe(NOTE);
    expect([durationMs, usage]).toEqual([undefined, undefined]);
  });

  it('returns speakers if the model has them', async () => {
    const segments = [
      { type: 'transcript.text.segment', id: 's', start: 0, end: 1, text: 'Hi', speaker: 'A' },
    ];
    const majordomo = await world(answers({ text: 'Hi', segments, duration: 1, task: 'transcribe' }));
    const chunks = await majordomo.transcriptionModel('openai/gpt-4o-transcribe-diarize').transcribe(NOTE);
    expect(chunks.segments).toEqual([{ text: 'Hi', startMs: 0, endMs: 1000, speaker: 'A' }]);
    expect(fields()).toContainEqual(['response_format', 'diarized_json']);
  });

  it('is not uploaded if the recording is too large or in an unsupported format', async () => {
    const majordomo = await world(answers({ text: 'Hi' }));
    const model = majordomo.transcriptionModel('openai/whisper-1');
    const large = new Uint8Array(25_000_001);
    large.set(OGG);
    expect((await failureOf(model.transcribe({ audio: large, mediaType: 'audio/ogg' }))).details.code).toBe(
      'too-large',
    );
    const aac = Uint8Array.of(0xff, 0xf1, 0x50, 0x80);
    expect((await failureOf(model.transcribe({ audio: aac, mediaType: 'audio/aac' }))).details.code).toBe(
      'media-type',
    );
    expect(server.requests).toEqual([]);
  });

  it('is uploaded only to a model that accepts its duration', async () => {
    const majordomo = await world(answers({ text: 'Hi' }));
    const { target } = await majordomo
      .transcriptionModel('openai/gpt-4o-transcribe-diarize,openai/gpt-4o-mini-transcribe,openai/whisper-1')
      .transcribe({ ...NOTE, durationMs: 1_400_001 });
    expect([target, server.requests.length]).toEqual(['openai/whisper-1', 1]);
  });

  it.each<[string, Answer, string]>([
    [
      'an error that it is too long',
      answers({ error: { message: TOO_LONG, type: 'invalid_request_error', code: 'invalid_value' } }, 400),
      'unsupported',
    ],
    ['no text', answers({ segments: [] }), 'protocol'],
  ])('moves to the next target after a failure with %s', async (_, failingAnswer, kind) => {
    const majordomo = await world((response, request, number) =>
      (request.headers.authorization === undefined ? answers({ text: 'Hi' }) : failingAnswer)(
        response,
        request,
        number,
      ),
    );
    const { target, attempts } = await majordomo
      .transcriptionModel('openai/whisper-1,lab/whisper')
      .transcribe(NOTE);
    expect([target, attempts[0]?.error?.kind]).toEqual(['lab/whisper', kind]);
  });
});

const sendAudio =
  (type: string | undefined, ...chunks: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, type === undefined ? {} : { 'content-type': type });
    for (const chunk of chunks) response.write(chunk);
    response.end();
  };

describe('speech', () => {
  it('sends the request as JSON and returns the complete audio', async () => {
    const majordomo = await world(sendAudio('audio/ogg', 'Og', 'gS'));
    const { audio, mediaType, usage } = await majordomo
      .speechModel('openai/gpt-4o-mini-tts')
      .speak({ text: 'Hello', format: 'opus', speed: 1.5, instructions: 'whisper' });
    expect([Buffer.from(audio).toString(), mediaType]).toEqual(['OggS', 'audio/ogg']);
    expect(usage?.details?.units).toEqual({ character: 5 });
    expect(server.requests[0]).toMatchObject({
      path: '/v1/audio/speech',
      body: {
        model: 'gpt-4o-mini-tts',
        input: 'Hello',
        voice: 'alloy',
        response_format: 'opus',
        speed: 1.5,
        instructions: 'whisper',
      },
    });
  });

  it('warns about unsupported instructions', async () => {
    const majordomo = await world(sendAudio(undefined, 'ID3'));
    const { mediaType, warnings } = await majordomo
      .speechModel('openai/tts-1')
      .speak({ text: 'Hello', instructions: 'whisper' });
    expect([mediaType, warnings.map(({ what }) => what)]).toEqual(['audio/mpeg', ['instructions']]);
  });

  it('streams bytes before the response ends', async () => {
    let finish = (): void => undefined;
    const majordomo = await world((response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      response.write('first');
      finish = () => response.end('last');
    });
    const chunks: string[] = [];
    for await (const bytes of majordomo.speechModel('openai/tts-1').stream({ text: 'Hello' })) {
      chunks.push(Buffer.from(bytes).toString());
      finish();
    }
    expect(chunks).toEqual(['first', 'last']);
  });

  it('closes the connection if the response is not audio', async () => {
    const majordomo = await world((response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.write('<html>');
    });
    const { kind } = await failureOf(majordomo.speechModel('openai/tts-1').speak({ text: 'Hello' }));
    expect(kind).toBe('protocol');
    await server.requests[0]?.closed;
  });

  it.each<[string, Answer, string]>([
    ['no bytes', sendAudio('audio/mpeg'), 'empty'],
    ['JSON instead of audio', answers({ error: 'nothing here' }), 'protocol'],
    [
      'a body that is cut before its first byte',
      (response) => {
        response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': '1000' });
        response.flushHeaders();
        setImmediate(() => response.destroy());
      },
      'network',
    ],
  ])(
    'moves to the next target after a failure with %s, complete and streamed',
    async (_, failingAnswer, kind) => {
      const play: Answer = (response, request, number) => {
        const answer =
          request.headers.authorization === undefined ? sendAudio('audio/mpeg', 'ID3') : failingAnswer;
        return answer(response, request, number);
      };
      const majordomo = await world(play);
      const model = majordomo.speechModel('openai/tts-1,lab/voice');
      const { target, attempts } = await model.speak({ text: 'Hello' });
      expect([target, attempts[0]?.error?.kind]).toEqual(['lab/voice', kind]);
      majordomo.health.unbench('openai/tts-1');
      const chunks: string[] = [];
      for await (const bytes of model.stream({ text: 'Hello' })) chunks.push(Buffer.from(bytes).toString());
      expect(chunks.join('')).toBe('ID3');
    },
  );

  it('is retried if the first byte does not arrive before the timeout', async () => {
    const stall: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      response.flushHeaders();
    };
    const majordomo = await world(inTurn(stall, sendAudio('audio/mpeg', 'ID3')));
    const chunks: string[] = [];
    const stream = majordomo
      .speechModel('openai/tts-1')
      .stream({ text: 'Hello' }, { timeouts: { firstContentMs: 80 } });
    for await (const bytes of stream) chunks.push(Buffer.from(bytes).toString());
    expect([chunks, server.requests.length]).toEqual([['ID3'], 2]);
  });
});
