import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  createMajordomo,
  type Gate,
  LlmError,
  type Majordomo,
  type MajordomoOptions,
  type Provider,
  type SpeechBackend,
  type SpeechModel,
  type SpeechStep,
  type TranscriptionBackend,
  type TranscriptionModel,
  type TranscriptionRequest,
} from '../src/index.ts';
import { asLanguage } from '../src/operations/transcription.ts';
import { sniffAudio } from '../src/util/media-type.ts';
import { failure } from './support/failure.ts';
import { manualClock } from './support/manual-clock.ts';
import { NO_CHAT, transcriptOf } from './support/other-models.ts';
import { usageOf } from './support/usage.ts';

const latin = (letters: string): Uint8Array => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
const WAV = latin('RIFF....WAVEfmt ');
const OGG = latin('OggS............');
const NOTE = { audio: OGG, mediaType: 'audio/ogg' };

type Listener = Provider & { readonly requests: TranscriptionRequest[] };

function listener(id: string, facts: Partial<TranscriptionBackend> = {}, text = `heard by ${id}`): Listener {
  const requests: TranscriptionRequest[] = [];
  return {
    ...NO_CHAT,
    id,
    requests,
    transcriptionModel: (modelId) => ({
      id: modelId,
      transcribe(request, { target }) {
        requests.push(request);
        const segments = [{ text, startMs: 0, endMs: 900 }];
        return Promise.resolve(transcriptOf({ text, language: 'en', durationMs: 900, segments, target }));
      },
      ...facts,
    }),
  };
}

type Piece = SpeechStep | LlmError;

function speaker(id: string, chunks: readonly Piece[], facts: Partial<SpeechBackend> = {}): Provider {
  return {
    ...NO_CHAT,
    id,
    speechModel: (modelId) => ({
      id: modelId,
      async *speak() {
        for (const piece of chunks) {
          await Promise.resolve();
          if (piece instanceof Error) throw piece;
          yield piece;
        }
      },
      ...facts,
    }),
  };
}

const make = (providers: readonly Provider[], options: Partial<MajordomoOptions> = {}): Majordomo =>
  createMajordomo({ providers, chain: { backoff: { baseMs: 0 } }, ...options });

const specOf = (providers: readonly Provider[]): string => providers.map(({ id }) => `${id}/m`).join(',');
const transcriptionModelOf = (providers: readonly Provider[]): TranscriptionModel =>
  make(providers).transcriptionModel(specOf(providers));
const speechModelOf = (providers: readonly Provider[], options?: Partial<MajordomoOptions>): SpeechModel =>
  make(providers, options).speechModel(specOf(providers));

describe('a transcription', () => {
  it('returns the text, the target and the timestamps', async () => {
    const { attempts, ...transcript } = await transcriptionModelOf([listener('a')]).transcribe(NOTE);
    expect(transcript).toEqual({
      text: 'heard by a',
      language: 'en',
      durationMs: 900,
      segments: [{ text: 'heard by a', startMs: 0, endMs: 900 }],
      target: 'a/m',
      spec: 'a/m',
      usage: undefined,
      warnings: [],
    });
    expect(attempts).toMatchObject([{ outcome: 'finished' }]);
  });

  it('skips a target with a lower duration limit, by the measured or stated duration', async () => {
    const short = listener('a', { maxDurationMs: 1000 });
    const [a, b] = [short, listener('b')];
    const measured = make([a, b], {
      media: { fit: (image) => Promise.resolve(image), durationMs: () => Promise.resolve(1001) },
    });
    const model = measured.transcriptionModel('a/m,b/m');
    const { attempts, target } = await model.transcribe({ ...NOTE, durationMs: 5 });
    expect([target, a.requests.length]).toEqual(['b/m', 0]);
    expect(attempts[0]?.error?.message).toBe('a/m accepts at most 1 s of audio, not 1.001');
    expect(attempts[0]?.error).toMatchObject({
      kind: 'unsupported',
      details: { code: 'too-large', path: 'audio' },
    });
    const single = transcriptionModelOf([a]);
    expect((await failure(single.transcribe({ ...NOTE, durationMs: 1001 }))).kind).toBe('unsupported');
    await single.transcribe({ ...NOTE, durationMs: 1000 });
    await single.transcribe(NOTE);
    expect(a.requests.map(({ durationMs }) => durationMs)).toEqual([1000, undefined]);
  });

  it('has usage in seconds if the vendor reports none', async () => {
    const withoutUsage = { transcribe: () => Promise.resolve(transcriptOf()) };
    const model = transcriptionModelOf([listener('a', withoutUsage)]);
    const { usage, durationMs, attempts } = await model.transcribe({ ...NOTE, durationMs: 2500 });
    expect(usage?.details).toEqual({ units: { 'audio-second': 2.5 } });
    expect([durationMs, attempts[0]?.usage]).toEqual([2500, usage]);
  });

  it('uses the media type of the bytes, with a warning', async () => {
    const a = listener('a');
    const { warnings } = await transcriptionModelOf([a]).transcribe({ audio: WAV, mediaType: 'audio/mp3' });
    expect(a.requests[0]?.mediaType).toBe('audio/wav');
    expect(warnings).toEqual([
      { action: 'coerced', what: 'mediaType', why: 'its bytes are audio/wav, and not audio/mpeg' },
    ]);
  });

  it('treats audio and video of one container as equal', async () => {
    const a = listener('a');
    const { warnings } = await transcriptionModelOf([a]).transcribe({
      audio: latin('\0\0\0\x18ftypisom'),
      mediaType: 'audio/mp4',
    });
    expect([a.requests[0]?.mediaType, warnings]).toEqual(['audio/mp4', []]);
  });

  it.each([
    ['audio/mp3', 'audio/mpeg'],
    ['Audio/X-WAV; codecs=1', 'audio/wav'],
    ['audio/x-wav ; codecs=1', 'audio/wav'],
    ['audio/wave', 'audio/wav'],
    ['audio/vnd.wave', 'audio/wav'],
    ['audio/x-flac', 'audio/flac'],
    ['audio/m4a', 'audio/mp4'],
    ['audio/x-m4a', 'audio/mp4'],
    ['audio/opus', 'audio/ogg'],
    ['application/ogg', 'audio/ogg'],
    ['video/webm', 'audio/webm'],
  ])('accepts the media type %s as %s', async (mediaType, sent) => {
    const a = listener('a');
    // The bytes have no known signature, so the declared type counts.
    const audio = Uint8Array.of(1, 2, 3, 4);
    await transcriptionModelOf([a]).transcribe({ audio, mediaType });
    expect(a.requests[0]?.mediaType).toBe(sent);
  });

  it.each(['segment', 'word'] as const)(
    'accepts timestamps of each %s, and has the warnings of the vendor',
    async (timestamps) => {
      const warning = { action: 'dropped', what: 'language', why: 'unknown' } as const;
      const facts = { transcribe: () => Promise.resolve(transcriptOf({ warnings: [warning] })) };
      const request = { ...NOTE, timestamps };
      const { warnings } = await transcriptionModelOf([listener('a', facts)]).transcribe(request);
      expect(warnings).toEqual([warning]);
    },
  );

  it('skips targets by format, size and missing support', async () => {
    const { transcriptionModel: _none, ...withoutTranscription } = listener('d');
    const chain = [
      withoutTranscription,
      listener('a', { mediaTypes: ['audio/wav'] }),
      listener('b', { maxBytes: OGG.length - 1 }),
      listener('c', { mediaTypes: ['audio/ogg'], maxBytes: OGG.length }),
    ];
    const { target, attempts } = await transcriptionModelOf(chain).transcribe({
      audio: OGG,
      mediaType: 'audio/ogg; codecs=opus',
    });
    expect(target).toBe('c/m');
    expect(attempts.map(({ error }) => error?.message)).toEqual([
      'd/m does not transcribe audio',
      'a/m accepts audio/wav, not audio/ogg',
      'b/m accepts at most 15 bytes of audio, not 16',
      undefined,
    ]);
    const codes = attempts.map(({ error }) => [error?.details.path, error?.details.code]);
    expect(codes.slice(1, 3)).toEqual([
      ['audio', 'media-type'],
      ['audio', 'too-large'],
    ]);
  });

  it('fails over from a provider that returns nothing', async () => {
    const emptyBackend = { transcribe: () => Promise.resolve(undefined as never) };
    const { target, attempts } = await transcriptionModelOf([
      listener('a', emptyBackend),
      listener('b'),
    ]).transcribe(NOTE);
    expect([target, attempts[0]?.error?.kind, attempts[0]?.error?.message]).toEqual([
      'b/m',
      'protocol',
      'a/m returned no response',
    ]);
  });

  it('of silence is an empty string, not a failure', async () => {
    const { text } = await transcriptionModelOf([listener('a', {}, '')]).transcribe(NOTE);
    expect(text).toBe('');
  });

  it.each<[string, string, object]>([
    ['audio', 'must be a Uint8Array, not a string', { audio: 'OggS' }],
    ['audio', 'must not be empty', { audio: new Uint8Array() }],
    ['mediaType', 'must be like audio/ogg', { mediaType: 'ogg' }],
    ['durationMs', 'must be a number above 0, not 0', { durationMs: 0 }],
    ['durationMs', 'must be a number, not NaN', { durationMs: Number.NaN }],
    ['durationMs', 'must be a finite number, not Infinity', { durationMs: Infinity }],
    ['language', 'must be a BCP 47 tag such as en or pt-BR', { language: 'en_US!' }],
    ['timestamps', 'must be one of segment, word', { timestamps: 'line' }],
    ['file', 'is not a member of a request; did you mean "audio"?', { file: OGG }],
  ])('rejects a request whose %s %s, before any request', async (path, why, fields) => {
    const a = listener('a');
    const request = { ...NOTE, ...fields };
    const error = await failure(transcriptionModelOf([a]).transcribe(request));
    expect([error.kind, error.details.path, a.requests]).toEqual(['invalid-request', path, []]);
    expect(error.message).toBe(`${path} ${why}`);
    expect(error.stack).toContain('audio-model.test.ts');
  });
});

it.each([
  ['en', 'en'],
  ['pt-br', 'pt-BR'],
  ['en_US!', undefined],
  ['', undefined],
  [1, undefined],
])('%j is the language %s', (value, language) => {
  expect(asLanguage(value)).toBe(language);
});

it.each<[string | undefined, string]>([
  ['audio/wav', 'RIFF....WAVE'],
  ['audio/flac', 'fLaC'],
  ['audio/ogg', 'OggS'],
  ['audio/mpeg', 'ID3\x04'],
  ['audio/mp4', '\0\0\0\x18ftypM4B '],
  ['audio/aiff', 'FORM....AIFF'],
  ['audio/mpeg', '\xff\xfb\x90\x00'],
  ['audio/mpeg', '\xff\xfd\x90\x00'],
  ['audio/mpeg', '\xff\xe3\x90\x00'],
  ['audio/aac', '\xff\xf0\x50\x80'],
  [undefined, '\xff\xe1\x50\x80'],
  [undefined, '\xfe\xfb\x90\x00'],
  [undefined, '\xff\xfb'],
  [undefined, '\xff\xfb\xf0'],
  [undefined, '\xff\xfb\x0c'],
  ['audio/aac', '\xff\xf1\x50\x80'],
  ['audio/mp4', '\0\0\0\x18ftypM4A '],
  ['video/mp4', '\0\0\0\x18ftypisom'],
  ['audio/webm', '\x1aE\xdf\xa3'],
  ['audio/amr', '#!AMR\n'],
  [undefined, '\xff\xff\xff\xff'],
  [undefined, '\xff\xff\x90\x00'],
  [undefined, '\xff\xeb\x90\x00'],
  [undefined, 'RIFF....WEBP'],
  [undefined, '\xff\xfe'],
  [undefined, ''],
])('%s begins with %j', (type, letters) => {
  expect(sniffAudio(latin(letters))).toBe(type);
});

const sound = (...bytes: readonly number[]): SpeechStep => ({
  mediaType: 'audio/mpeg',
  bytes: Uint8Array.from(bytes),
});
const overloaded = (): LlmError => new LlmError('overloaded', 'busy');

async function collected(stream: AsyncIterable<Uint8Array>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const bytes of stream) all.push(...bytes);
  return all;
}

describe('speech', () => {
  it('returns audio, its media type and usage', async () => {
    const { audio, mediaType, target, spec, usage } = await speechModelOf([
      speaker('a', [sound(1, 2), sound(3)]),
    ]).speak({ text: 'hello' });
    expect([[...audio], mediaType, target, spec]).toEqual([[1, 2, 3], 'audio/mpeg', 'a/m', 'a/m']);
    expect(usage?.details?.units).toEqual({ character: 5 });
  });

  it.each(['mp3', 'wav', 'opus', 'flac', 'pcm'] as const)('accepts the format %s', async (format) => {
    const { audio } = await speechModelOf([speaker('a', [sound(1)])]).speak({
      text: 'hello',
      format,
      speed: 0.5,
    });
    expect([...audio]).toEqual([1]);
  });

  it('has usage and warnings of the vendor, and no media type if the vendor names none', async () => {
    const usage = usageOf({ input: 3, output: 4, reasoning: 0 });
    const warning = { action: 'dropped', what: 'speed', why: 'unknown' } as const;
    const steps = [
      { bytes: Uint8Array.of(1), usage },
      { bytes: Uint8Array.of(2), warnings: [warning] },
    ];
    const answer = await speechModelOf([speaker('a', steps)]).speak({ text: 'hello' });
    expect([[...answer.audio], answer.mediaType]).toEqual([[1, 2], '']);
    expect([answer.usage, answer.warnings, answer.attempts[0]?.usage]).toEqual([usage, [warning], usage]);
  });

  it('that is not a Uint8Array is a protocol error', async () => {
    const chain = [speaker('a', [{ bytes: [1] as unknown as Uint8Array }])];
    const error = await failure(speechModelOf(chain).speak({ text: 'hello' }));
    expect([error.kind, error.message, error.details.path, error.details.target]).toEqual([
      'protocol',
      'a/m: expected `bytes` to be a Uint8Array',
      'bytes',
      'a/m',
    ]);
  });

  it('that fails has the usage of the audio so far, but no text', async () => {
    const error = await failure(
      speechModelOf([speaker('a', [sound(1), new LlmError('server', 'down')])], {
        chain: { attempts: 1 },
      }).speak({ text: 'hello' }),
    );
    expect(error.details.partial).toMatchObject({ id: undefined, target: 'a/m', parts: [], text: '' });
    expect(error.details.partial?.usage?.details).toEqual({ units: { character: 5 } });
    const emptyError = await failure(
      speechModelOf([speaker('a', [new LlmError('server', 'down')])]).speak({ text: 'hello' }),
    );
    expect(emptyError.details.partial).toBeUndefined();
  });

  it('is sent as deltas to a reader of a stream, and otherwise as a complete response', async () => {
    const deliveries: unknown[] = [];
    const gate: Gate = {
      name: 'delivery',
      admit: ({ delivery, payload }) => void deliveries.push([delivery, payload]),
    };
    const model = make([speaker('a', [sound(1)])], { gates: [gate] }).speechModel('a/m');
    const request = { text: 'hello', voice: 'v' };
    await model.speak(request);
    await collected(model.stream(request));
    expect(deliveries).toEqual([
      ['complete', request],
      ['deltas', request],
    ]);
  });

  it('has no minimum rate of characters', async () => {
    const clock = manualClock();
    const { signal } = new AbortController();
    const backend: SpeechBackend = {
      id: 'm',
      async *speak() {
        for (const byte of [1, 2, 3]) {
          yield sound(byte);
          await clock.sleep(20_000, signal);
        }
      },
    };
    const majordomo = make([{ ...NO_CHAT, id: 'a', speechModel: () => backend }], {
      clock,
      chain: { leastCharsPerSecond: 10 },
    });
    const audio = collected(majordomo.speechModel('a/m').stream({ text: 'hello' }));
    await clock.advance(60_000);
    expect(await audio).toEqual([1, 2, 3]);
  });

  it('fails over after partial audio that was not played', async () => {
    const chain = [speaker('a', [sound(1), overloaded()]), speaker('b', [sound(2)])];
    const { audio, attempts } = await speechModelOf(chain).speak({ text: 'hello' });
    expect([...audio]).toEqual([2]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'finished']);
  });

  it('as a stream fails over until the first byte', async () => {
    const events: string[] = [];
    const emptyStep: SpeechStep = { mediaType: 'audio/mpeg', bytes: new Uint8Array() };
    const chain = [speaker('a', [emptyStep, overloaded()]), speaker('b', [sound(2), sound(3, 4)])];
    const majordomo = make(chain, { onEvent: ({ type }: CallEvent) => events.push(type) });
    const receivedBytes = await collected(majordomo.speechModel('a/m,b/m').stream({ text: 'hello' }));
    expect(receivedBytes).toEqual([2, 3, 4]);
    expect(events.at(-1)).toBe('call-end');
  });

  it.each(['restart', 'continue'] as const)(
    'as it comes takes nothing back, with %s as well',
    async (afterCommit) => {
      const chain = [speaker('a', [sound(1), overloaded()]), speaker('b', [sound(2)])];
      const majordomo = make(chain, { chain: { afterCommit } });
      const receivedBytes: number[] = [];
      const error = await failure(
        (async () => {
          for await (const bytes of majordomo
            .speechModel('a/m,b/m')
            .stream({ text: 'hello' }, { afterCommit }))
            receivedBytes.push(...bytes);
        })(),
      );
      expect([receivedBytes, error.kind]).toEqual([[1], 'overloaded']);
      expect(error.stack).toContain('audio-model.test.ts');
    },
  );

  it('is abandoned if its reader stops, and its provider releases its resources', async () => {
    let isClosed = false;
    const endless: SpeechBackend = {
      id: 'm',
      async *speak() {
        try {
          for (;;) {
            await Promise.resolve();
            yield sound(1);
          }
        } finally {
          isClosed = true;
        }
      },
    };
    const events: CallEvent[] = [];
    const majordomo = make([{ ...NO_CHAT, id: 'a', speechModel: () => endless }], {
      onEvent: (event) => events.push(event),
    });
    for await (const bytes of majordomo.speechModel('a/m').stream({ text: 'hello' })) {
      expect(bytes.length).toBe(1);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'call-end', outcome: 'abandoned' });
  });

  it('without audio is empty', async () => {
    const error = await failure(speechModelOf([speaker('a', [])]).speak({ text: 'hello' }));
    expect([error.kind, error.message]).toEqual(['empty', 'a/m returned no audio']);
  });

  it('skips targets without speech or with a lower character limit', async () => {
    const { speechModel: _none, ...withoutSpeech } = speaker('d', []);
    const chain = [withoutSpeech, speaker('a', [sound(1)], { maxCharacters: 4 }), speaker('b', [sound(2)])];
    const { target, attempts } = await speechModelOf(chain).speak({ text: 'hello' });
    expect(target).toBe('b/m');
    expect(attempts.map(({ error }) => error?.message)).toEqual([
      'd/m does not generate speech',
      'a/m accepts at most 4 characters, not 5',
      undefined,
    ]);
    expect(attempts[1]?.error?.details).toMatchObject({ path: 'text', code: 'too-large' });
  });

  it('rejects a missing request, like transcription', async () => {
    const majordomo = make([speaker('a', [sound(1)]), listener('b')]);
    const missingRequest = undefined as never;
    const speechError = await failure(majordomo.speechModel('a/m').speak(missingRequest));
    const transcriptionError = await failure(majordomo.transcriptionModel('b/m').transcribe(missingRequest));
    expect([speechError.kind, transcriptionError.kind]).toEqual(['invalid-request', 'invalid-request']);
    expect([speechError.message, speechError.details.path]).toEqual([
      'the request must be an object',
      'the request',
    ]);
  });

  it.each<[string, string, object]>([
    ['text', 'must not be empty', { text: ' ' }],
    ['text', 'must be a string, not a number', { text: 5 }],
    ['voise', 'is not a member of a request; did you mean "voice"?', { voise: 'alloy' }],
    ['input', 'is not a member of a request; did you mean "text"?', { input: 'hello' }],
    ['speed', 'must be a number above 0, not 0', { speed: 0 }],
    ['speed', 'must be a finite number, not Infinity', { speed: Infinity }],
    ['format', 'must be one of mp3, wav, opus, flac, pcm', { format: 'ogg' }],
  ])('rejects a request whose %s %s, before any request', async (path, why, fields) => {
    const majordomo = make([speaker('a', [sound(1)])]);
    const request = { text: 'hello', ...fields };
    const error = await failure(majordomo.speechModel('a/m').speak(request));
    expect([error.kind, error.details.path]).toEqual(['invalid-request', path]);
    expect(error.message).toBe(`${path} ${why}`);
    const streamed = await failure(collected(majordomo.speechModel('a/m').stream(request)));
    expect(streamed.details.path).toBe(path);
  });
});
