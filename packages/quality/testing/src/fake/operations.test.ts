import { createMajordomo, user, type AudioPart, type Usage } from '@majordomo/core';
import { usageOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../clock/fake-clock.ts';
import type { EmbeddingTurn, SpeechTurn, TranscriptionTurn } from '../script/operation-turn.ts';
import { fakeProvider, type FakeOptions, type FakeProvider } from './fake-provider.ts';

const usage: Usage = usageOf({ input: 3, output: 0 });

function world(options: Omit<FakeOptions, 'id'>) {
  const fake = fakeProvider({ id: 'f', ...options });
  return { fake, majordomo: createMajordomo({ providers: [fake], chain: { attempts: 1 } }) };
}

const recording = { audio: Uint8Array.of(1, 2, 3), mediaType: 'audio/ogg' };

describe('an embedding script', () => {
  it('returns vectors, usage and warnings, and records the requests', async () => {
    const warning = { action: 'dropped', what: 'purpose', why: 'unknown' } as const;
    const { fake, majordomo } = world({
      embeddings: { e: [{ vectors: [[1, 0], Float32Array.of(0, 1)], usage, warnings: [warning] }] },
    });
    const request = { values: ['a', 'b'], purpose: 'query' } as const;
    const { vectors, ...response } = await majordomo.embeddingModel('f/e').embed(request);
    expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
    expect(response).toMatchObject({ usage: { input: 3 }, warnings: [warning] });
    expect(fake.embeddingRequests).toMatchObject([{ model: 'e', request }]);
    expect(fake.unplayed).toBe(0);
  });

  it('calls a turn function for each batch of the model’s limit', async () => {
    const lengths: EmbeddingTurn = ({ values }) => ({ vectors: values.map(({ length }) => [length, 1]) });
    const { fake, majordomo } = world({
      embeddings: { e: [lengths, lengths] },
      facts: { embedding: { maxValues: 2 } },
    });
    const { vectors } = await majordomo.embeddingModel('f/e').embed({ values: ['a', 'bb', 'ccc'] });
    expect(vectors.map(([length]) => length)).toEqual([1, 2, 3]);
    expect(fake.embeddingRequests).toHaveLength(2);
  });

  it('fails with a protocol error if it returns too few vectors', async () => {
    const { majordomo } = world({ embeddings: { e: [{ vectors: [[1]] }] } });
    const embedding = majordomo.embeddingModel('f/e').embed({ values: ['a', 'b'] });
    await expect(embedding).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('has a separate embedding space', async () => {
    const { majordomo } = world({ embeddings: { e: [], other: [] } });
    const embedding = majordomo.embeddingModel('f/e,f/other').embed({ values: ['a'] });
    await expect(embedding).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('a transcription script', () => {
  it('returns text, or text with further fields', async () => {
    const segments = [{ text: 'Hello.', startMs: 0, endMs: 900 }];
    const fullTurn: TranscriptionTurn = {
      transcript: 'Hello.',
      language: 'en',
      durationMs: 900,
      segments,
      usage,
    };
    const { fake, majordomo } = world({
      transcriptions: { t: ['Hi.', fullTurn, ({ mediaType }) => mediaType] },
    });
    const model = majordomo.transcriptionModel('f/t');
    expect(await model.transcribe(recording)).toMatchObject({
      text: 'Hi.',
      segments: [],
      language: undefined,
    });
    expect(await model.transcribe(recording)).toMatchObject({ text: 'Hello.', language: 'en', segments });
    expect(await model.transcribe(recording)).toMatchObject({ text: 'audio/ogg' });
    expect(fake.transcriptionRequests.map(({ request }) => request.audio)).toHaveLength(3);
  });

  it('skips a model with a lower limit', async () => {
    const small = fakeProvider({
      id: 'small',
      transcriptions: { t: [] },
      facts: { transcription: { maxBytes: 2 } },
    });
    const large = fakeProvider({ id: 'large', transcriptions: { t: ['Hi.'] } });
    const majordomo = createMajordomo({ providers: [small, large] });
    const { target } = await majordomo.transcriptionModel('small/t,large/t').transcribe(recording);
    expect([target, small.transcriptionRequests.length]).toEqual(['large/t', 0]);
  });
});

describe('a speech script', () => {
  it('emits its chunks by the clock', async () => {
    const clock = fakeClock();
    const audio = [Uint8Array.of(1), Uint8Array.of(2, 3)];
    const { majordomo } = world({
      clock,
      speech: { s: [{ audio, mediaType: 'audio/wav', everyMs: 10, delayMs: 100 }] },
    });
    const times: number[] = [];
    const done = (async () => {
      for await (const { length } of majordomo.speechModel('f/s').stream({ text: 'Hi.' }))
        times.push(clock.now(), length);
    })();
    await clock.advance(200);
    await done;
    expect(times).toEqual([100, 1, 110, 2]);
  });

  it('advances after a failure before the first byte, and not after it', async () => {
    const first = fakeProvider({
      id: 'first',
      speech: { s: [{ fail: 'server' }, { fail: 'server', after: Uint8Array.of(9) }] },
    });
    const second = fakeProvider({ id: 'second', speech: { s: [{ audio: Uint8Array.of(1) }] } });
    const majordomo = createMajordomo({ providers: [first, second], chain: { attempts: 1 } });
    const model = majordomo.speechModel('first/s,second/s');
    const readSpeech = async (): Promise<readonly number[]> => {
      const bytes: number[] = [];
      for await (const chunk of model.stream({ text: 'Hi.' })) bytes.push(...chunk);
      return bytes;
    };
    expect(await readSpeech()).toEqual([1]);
    await expect(readSpeech()).rejects.toMatchObject({ kind: 'server' });
    expect([first.unplayed, second.unplayed]).toEqual([0, 0]);
  });
});

const models: Readonly<
  Record<string, (script: readonly unknown[], signal?: AbortSignal) => Promise<unknown>>
> = {
  embedding: (script, signal) => {
    const { majordomo } = world({ embeddings: { m: script as EmbeddingTurn[] } });
    return majordomo.embeddingModel('f/m').embed({ values: ['a'] }, { signal });
  },
  transcription: (script, signal) => {
    const { majordomo } = world({ transcriptions: { m: script as TranscriptionTurn[] } });
    return majordomo.transcriptionModel('f/m').transcribe(recording, { signal });
  },
  speech: (script, signal) => {
    const { majordomo } = world({ speech: { m: script as SpeechTurn[] } });
    return majordomo.speechModel('f/m').speak({ text: 'Hi.' }, { signal });
  },
};

describe.each(Object.entries(models))('of %s', (_operation, play) => {
  it('fails with the error of a failing turn', async () => {
    const turn = { fail: 'rate-limit', status: 429, code: 'slow', retryAfterMs: 1500 };
    await expect(play([turn])).rejects.toMatchObject({ kind: 'rate-limit', details: { code: 'slow' } });
  });

  it('ends a hanging turn when the call is aborted', async () => {
    const controller = new AbortController();
    const hangingCall = play([{ hang: true }], controller.signal);
    controller.abort();
    await expect(hangingCall).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('fails with config for a call beyond the script', async () => {
    await expect(play([])).rejects.toMatchObject({ kind: 'config', details: { code: 'unscripted' } });
  });

  it.each([
    [{ fail: 'overload' }, 'fail must be one of '],
    [{ hang: true, when: 1 }, 'when is not a known member'],
    [{ text: 'Hello.' }, 'text is not a known member'],
    [{ fail: 'server', after: 'text' }, 'after'],
    [7, 'must be an object, not a number'],
  ])('reports the problem of the turn %j', async (turn, problem) => {
    const failed = play([turn]).catch((error: unknown) => error);
    expect(await failed).toMatchObject({
      kind: 'config',
      message: expect.stringContaining(problem) as string,
    });
  });

  it('has no model without a script', () => {
    const { embeddingModel, transcriptionModel, speechModel }: FakeProvider = fakeProvider({ id: 'f' });
    expect([embeddingModel, transcriptionModel, speechModel]).toEqual([undefined, undefined, undefined]);
  });
});

it('emits citations at the end of a text part, and vendor parts before the text', async () => {
  const citations = [{ url: 'https://a.example', title: 'A', start: 0, end: 5 }];
  const { majordomo } = world({
    families: ['claude'],
    models: { m: [{ vendorParts: [{ text: 'weather' }], text: 'Sunny.', chunks: 2, citations }] },
  });
  const { parts } = await majordomo.model('f/m').generate({ messages: [user('hi')] });
  expect(parts).toEqual([
    { type: 'vendor', kind: 'search', text: 'weather', replay: { family: 'claude', data: 'weather' } },
    { type: 'text', text: 'Sunny.', citations },
  ]);
});

it('sends audio to a model that accepts it, and skips a model that does not', async () => {
  const note: AudioPart = { type: 'audio', mediaType: 'audio/wav', bytes: Uint8Array.of(1) };
  const withoutAudio = fakeProvider({ id: 'deaf', models: { m: ['never'] }, capabilities: { audio: false } });
  const withAudio = fakeProvider({
    id: 'hears',
    models: { m: ['Hi.'] },
    capabilities: { audio: ['audio/wav'] },
  });
  const majordomo = createMajordomo({ providers: [withoutAudio, withAudio] });
  const { target } = await majordomo.model('deaf/m,hears/m').generate({ messages: [user([note])] });
  expect([target, withoutAudio.requests.length]).toEqual(['hears/m', 0]);
  expect(withAudio.requests[0]?.request.messages[0]?.parts).toEqual([note]);
});
