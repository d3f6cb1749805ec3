import {
  createMajordomo,
  type Majordomo,
  type SpeechRequest,
  type TranscriptionRequest,
} from '@majordomo/core';
import { answers, failureOf, testServer, type Answer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createGoogle } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(play: Answer): Promise<Majordomo> {
  server = await testServer(play);
  return createMajordomo({
    providers: [createGoogle({ apiKey: 'key', baseURL: server.origin })],
    chain: { attempts: 1 },
  });
}

const failureKind = async (call: Promise<unknown>): Promise<string> => (await failureOf(call)).kind;

const USAGE = {
  promptTokenCount: 40,
  candidatesTokenCount: 12,
  promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 32 }],
};
const candidate = (parts: readonly object[], finishReason?: string): object => ({
  candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }), index: 0 }],
  usageMetadata: USAGE,
});

describe('a transcription', () => {
  const WAV = new TextEncoder().encode('RIFF....WAVEfmt ');
  const recording = { audio: WAV, mediaType: 'audio/wav' };

  it('is the text of a chat model, requested with the recording and its facts', async () => {
    const majordomo = await world(
      answers(candidate([{ text: 'Hm.', thought: true }, { text: ' Hello there. ' }], 'STOP')),
    );
    const transcript = await majordomo
      .transcriptionModel('google/gemini-3.8-flash')
      .transcribe({ ...recording, language: 'en-GB', prompt: 'Majordomo' });
    expect(transcript).toMatchObject({
      text: 'Hello there.',
      segments: [],
      usage: { input: 40, details: { inputAudio: 32 } },
    });
    const [{ contents, generationConfig }] = server.requests.map(({ body }) => body) as [
      { contents: [{ parts: [object, { text: string }] }]; generationConfig?: object },
    ];
    const [audio, { text }] = contents[0].parts;
    expect(audio).toEqual({
      inlineData: { mimeType: 'audio/wav', data: Buffer.from(WAV).toString('base64') },
    });
    expect(text).toMatch(/en-GB[^]*Majordomo$/);
    expect(generationConfig).toEqual({});
  });

  it.each<[NonNullable<TranscriptionRequest['timestamps']>, number]>([
    ['segment', 0],
    ['word', 1],
  ])('has segments if timestamps are requested: %s', async (timestamps, warned) => {
    const segments = [
      { text: 'Hello.', start: 0, end: 0.9 },
      { text: 'Bye.', start: 1.25, end: 2 },
      { text: 'no times' },
    ];
    const majordomo = await world(
      answers(candidate([{ text: JSON.stringify({ language: 'en-gb', segments }) }], 'STOP')),
    );
    const {
      text,
      language,
      segments: pieces,
      warnings,
    } = await majordomo
      .transcriptionModel('google/gemini-3.8-flash')
      .transcribe({ ...recording, timestamps });
    expect([text, language, warnings.length]).toEqual(['Hello. Bye.', 'en-GB', warned]);
    expect(pieces).toEqual([
      { text: 'Hello.', startMs: 0, endMs: 900 },
      { text: 'Bye.', startMs: 1250, endMs: 2000 },
    ]);
    expect(server.requests[0]?.body).toMatchObject({
      generationConfig: { responseMimeType: 'application/json' },
    });
  });

  it.each([
    ['half of it', candidate([{ text: 'Hel' }], 'MAX_TOKENS'), 'truncated'],
    ['a block', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 'content-filter'],
    ['no candidates', {}, 'protocol'],
  ])('reports the kind of the failure: %s', async (_, body, kind) => {
    const majordomo = await world(answers(body));
    const transcription = majordomo.transcriptionModel('google/gemini-3.8-flash').transcribe(recording);
    expect(await failureKind(transcription)).toBe(kind);
  });

  it('of silence is no failure', async () => {
    const majordomo = await world(answers(candidate([], 'STOP')));
    const model = majordomo.transcriptionModel('google/gemini-3.8-flash');
    expect((await model.transcribe(recording)).text).toBe('');
  });

  it('is protocol if the segments are not JSON', async () => {
    const majordomo = await world(answers(candidate([{ text: 'Hello.' }], 'STOP')));
    const model = majordomo.transcriptionModel('google/gemini-3.8-flash');
    expect(await failureKind(model.transcribe({ ...recording, timestamps: 'segment' }))).toBe('protocol');
  });

  it('is rejected before the call for an unsupported format', async () => {
    const majordomo = await world(answers({}));
    const audio = new TextEncoder().encode('#!AMR...........');
    const model = majordomo.transcriptionModel('google/gemini-3.8-flash');
    expect(await failureKind(model.transcribe({ audio, mediaType: 'audio/amr' }))).toBe('unsupported');
    expect(server.requests).toEqual([]);
  });
});

describe('speech', () => {
  const samples = Uint8Array.of(1, 2, 3, 4);
  const audioPart = (bytes: Uint8Array, mimeType = 'audio/L16;codec=pcm;rate=16000'): object => ({
    inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') },
  });
  const streamed =
    (...chunks: readonly object[]): Answer =>
    (response) => {
      const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('');
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body);
    };
  const SPEC = 'google/gemini-3.8-flash-tts';
  const speak = (
    majordomo: Majordomo,
    more: Partial<SpeechRequest> = {},
  ): ReturnType<ReturnType<Majordomo['speechModel']>['speak']> =>
    majordomo.speechModel(SPEC).speak({ text: 'Hello.', ...more });

  it('is returned as a WAV file of the samples', async () => {
    const majordomo = await world(answers(candidate([audioPart(samples)], 'STOP')));
    const { audio, mediaType, usage } = await speak(majordomo, { voice: 'Kore', instructions: 'Whisper.' });
    const view = new DataView(audio.buffer, audio.byteOffset);
    const letters = (from: number, to: number): string => String.fromCharCode(...audio.subarray(from, to));
    expect([mediaType, letters(0, 4), letters(8, 16), letters(36, 40)]).toEqual([
      'audio/wav',
      'RIFF',
      'WAVEfmt ',
      'data',
    ]);
    expect([
      view.getUint32(4, true),
      view.getUint32(24, true),
      view.getUint32(28, true),
      view.getUint32(40, true),
    ]).toEqual([40, 16_000, 32_000, 4]);
    expect([...audio.subarray(44)]).toEqual([...samples]);
    expect(usage?.output).toBe(12);
    expect(server.requests[0]?.path).toMatch(/:generateContent$/);
    expect(server.requests[0]?.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Whisper.\n\nHello.' }] }],
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
      },
    });
  });

  it('of several parts has one header with the total length', async () => {
    const hum: object = { ...audioPart(samples), thought: true };
    const majordomo = await world(answers(candidate([hum, audioPart(samples), audioPart(samples)], 'STOP')));
    const { audio } = await speak(majordomo);
    const view = new DataView(audio.buffer, audio.byteOffset);
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([44, 8]);
    expect([...audio.subarray(44)]).toEqual([...samples, ...samples]);
  });

  it.each(['rate=0', 'rate=99999999999999', 'rate=x', ''])(
    'with the rate "%s" has the default rate',
    async (rate) => {
      const majordomo = await world(answers(candidate([audioPart(samples, `audio/L16;${rate}`)], 'STOP')));
      const { audio } = await speak(majordomo);
      expect(new DataView(audio.buffer, audio.byteOffset).getUint32(24, true)).toBe(24_000);
    },
  );

  it('has no header as raw samples, and retains the header of the vendor', async () => {
    const wavBytes = new TextEncoder().encode('RIFF....WAVEfmt ');
    const majordomo = await world((response, _, number) =>
      answers(candidate([number === 1 ? audioPart(samples) : audioPart(wavBytes, 'audio/wav')], 'STOP'))(
        response,
      ),
    );
    const bare = await speak(majordomo, { format: 'pcm' });
    const response = await speak(majordomo);
    expect([bare.mediaType, [...bare.audio]]).toEqual(['audio/pcm', [...samples]]);
    expect([response.mediaType, [...response.audio]]).toEqual(['audio/wav', [...wavBytes]]);
  });

  it('is streamed after one header', async () => {
    const majordomo = await world(
      streamed(candidate([audioPart(samples)]), candidate([audioPart(samples)]), candidate([], 'STOP')),
    );
    const chunks: Uint8Array[] = [];
    for await (const bytes of majordomo.speechModel(SPEC).stream({ text: 'Hello.' })) chunks.push(bytes);
    const [header, ...rest] = chunks;
    expect([header?.length, rest.map((bytes) => [...bytes])]).toEqual([44, [[...samples], [...samples]]]);
    expect(new DataView(header?.buffer ?? new ArrayBuffer(44)).getUint32(40, true)).toBe(0xffff_ffff);
  });

  it.each<[string, Answer]>([
    ['without a finish reason', streamed(candidate([audioPart(samples)]))],
    ['without a body', (response) => void response.writeHead(204).end()],
  ])('is truncated %s', async (_, play) => {
    const majordomo = await world(play);
    const readStream = async (): Promise<void> => {
      for await (const bytes of majordomo.speechModel(SPEC).stream({ text: 'Hello.' }))
        expect(bytes).toBeDefined();
    };
    expect(await failureKind(readStream())).toBe('truncated');
  });

  it.each<[string, Partial<SpeechRequest>, object, string]>([
    ['a format that would have to be encoded', { format: 'mp3' }, {}, 'unsupported'],
    ['no audio', {}, candidate([{ inlineData: null }], 'STOP'), 'empty'],
    ['text instead of audio', {}, candidate([{ text: 'No.' }], 'STOP'), 'empty'],
    ['a refusal', {}, candidate([], 'SAFETY'), 'content-filter'],
    ['the limit', {}, candidate([audioPart(samples)], 'MAX_TOKENS'), 'truncated'],
    [
      'broken base64',
      {},
      candidate([{ inlineData: { data: '!', mimeType: 'audio/L16' } }], 'STOP'),
      'protocol',
    ],
  ])('reports the kind of the failure: %s', async (_, request, body, kind) => {
    expect(await failureKind(speak(await world(answers(body)), request))).toBe(kind);
  });

  it('drops a speed with a warning', async () => {
    const majordomo = await world(answers(candidate([audioPart(samples)], 'STOP')));
    const { warnings } = await speak(majordomo, { speed: 1.5 });
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'speed' }]);
  });
});
