import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  createMajordomo,
  type ImageBackend,
  type ImagePart,
  LlmError,
  type Majordomo,
  type Provider,
  type TranscriptionBackend,
} from '../src/index.ts';
import { NO_CHAT, transcriptOf } from './support/other-models.ts';
import { usageOf } from './support/usage.ts';

const imageOf = (byte: number): ImagePart => ({
  type: 'image',
  mediaType: 'image/png',
  bytes: Uint8Array.of(byte),
});
const drawn = {
  target: 'a/m',
  images: [imageOf(9)],
  usage: usageOf({ input: 5, output: 100 }),
  warnings: [],
};
const segment = { text: 'Hello there.', startMs: 0, endMs: 900 };
const heard = transcriptOf({ text: 'Hello there.', language: 'en', durationMs: 900, segments: [segment] });
const RECORDING = { audio: Uint8Array.of(1), mediaType: 'audio/mpeg', durationMs: 900 };

/** Yields values, and throws those that are errors. */
async function* played<T>(...steps: readonly (T | LlmError)[]): AsyncGenerator<T> {
  for (const step of steps) {
    await Promise.resolve();
    if (step instanceof LlmError) throw step;
    yield step;
  }
}

type StepOf<Stream> = Stream extends (...args: never[]) => AsyncIterable<infer Step> ? Step : never;
type ImageStep = StepOf<NonNullable<ImageBackend['generateStream']>>;
type TextStep = StepOf<NonNullable<TranscriptionBackend['transcribeStream']>>;

const painter = (id: string, generateStream?: ImageBackend['generateStream']): Provider => ({
  ...NO_CHAT,
  id,
  imageModel: (modelId) => ({
    id: modelId,
    generate: () => Promise.resolve({ ...drawn, target: `${id}/m` }),
    ...(generateStream && { generateStream }),
  }),
});

const listener = (id: string, transcribeStream?: TranscriptionBackend['transcribeStream']): Provider => ({
  ...NO_CHAT,
  id,
  transcriptionModel: (modelId) => ({
    id: modelId,
    transcribe: () => Promise.resolve({ ...heard, target: `${id}/m` }),
    ...(transcribeStream && { transcribeStream }),
  }),
});

const make = (...providers: readonly Provider[]): Majordomo =>
  createMajordomo({ providers, chain: { attempts: 1 } });

async function read<T>(stream: AsyncIterable<T>): Promise<{ events: T[]; error?: LlmError }> {
  const events: T[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events };
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return { events, error };
  }
}

const down = new LlmError('overloaded', 'down', { status: 529 });

describe('ImageModel.stream', () => {
  it('yields preliminary images in order, then the response with the usage once', async () => {
    const ends: CallEvent[] = [];
    const majordomo = make(
      painter('a', () => played<ImageStep>({ partial: imageOf(1) }, { partial: imageOf(2) }, drawn)),
    );
    const watched = majordomo.with({ onEvent: (event) => event.type === 'attempt-end' && ends.push(event) });
    const { events } = await read(watched.imageModel('a/m').stream({ prompt: 'a cat' }));
    expect(events).toMatchObject([
      { type: 'partial', index: 0, image: imageOf(1) },
      { type: 'partial', index: 1, image: imageOf(2) },
      {
        type: 'done',
        response: {
          target: 'a/m',
          images: [imageOf(9)],
          usage: { output: 100, details: { units: { image: 1 } } },
        },
      },
    ]);
    expect(ends).toMatchObject([{ result: { outcome: 'finished', usage: { output: 100 } } }]);
  });

  it('fails over before the first preliminary image', async () => {
    const model = make(
      painter('a', () => played<ImageStep>(down)),
      painter('b', () => played<ImageStep>({ partial: imageOf(1) }, drawn)),
    ).imageModel('a/m,b/m');
    const { events } = await read(model.stream({ prompt: 'a cat' }));
    expect(events).toMatchObject([
      { type: 'partial', index: 0 },
      {
        type: 'done',
        response: { target: 'b/m', attempts: [{ outcome: 'failed' }, { outcome: 'finished' }] },
      },
    ]);
  });

  it('ends after the first preliminary image if the target fails, and has the image in the error', async () => {
    const model = make(
      painter('a', () => played<ImageStep>({ partial: imageOf(1) }, down)),
      painter('b'),
    ).imageModel('a/m,b/m');
    const { events, error } = await read(model.stream({ prompt: 'a cat' }, { afterCommit: 'restart' }));
    expect(events).toMatchObject([{ type: 'partial' }]);
    expect([error?.kind, error?.details.partial?.parts]).toEqual(['overloaded', [imageOf(1)]]);
  });

  it('yields only the response of a target without preliminary images', async () => {
    const { events } = await read(make(painter('a')).imageModel('a/m').stream({ prompt: 'a cat', n: 1 }));
    expect(events).toMatchObject([{ type: 'done', response: { images: [imageOf(9)] } }]);
  });

  it('fails as truncated if a stream ends without a response', async () => {
    const model = make(painter('a', () => played<ImageStep>({ partial: imageOf(1) }))).imageModel('a/m');
    expect((await read(model.stream({ prompt: 'a cat' }))).error?.kind).toBe('truncated');
  });

  it('rejects several images before a request', async () => {
    const { error } = await read(make(painter('a')).imageModel('a/m').stream({ prompt: 'a cat', n: 2 }));
    expect([error?.kind, error?.details.path]).toEqual(['invalid-request', 'n']);
  });

  it('can be read once, and is abandoned when the reader leaves', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<{ partial: ImagePart }> {
      try {
        for (;;) {
          await Promise.resolve();
          yield { partial: imageOf(1) };
        }
      } finally {
        isClosed = true;
      }
    }
    const outcomes: string[] = [];
    const majordomo = make(painter('a', endless)).with({
      onEvent: (event) => event.type === 'call-end' && outcomes.push(event.outcome),
    });
    const stream = majordomo.imageModel('a/m').stream({ prompt: 'a cat' });
    for await (const event of stream) {
      expect(event.type).toBe('partial');
      break;
    }
    await expect.poll(() => isClosed).toBe(true);
    expect(outcomes).toEqual(['abandoned']);
    expect(() => stream[Symbol.asyncIterator]()).toThrow('can be read only once');
  });
});

describe('TranscriptionModel.stream', () => {
  it('yields texts and segments, and the texts together are the text of the response', async () => {
    const model = make(listener('a', () => played<TextStep>('Hello', ' there.', segment, heard)));
    const { events } = await read(model.transcriptionModel('a/m').stream(RECORDING));
    const texts = events.map((event) => (event.type === 'delta' ? event.text : ''));
    const last = events.at(-1);
    expect(events.map(({ type }) => type)).toEqual(['delta', 'delta', 'segment', 'done']);
    expect(last?.type === 'done' && last.response.text).toBe(texts.join(''));
    expect(last).toMatchObject({ response: { usage: { details: { units: { 'audio-second': 0.9 } } } } });
  });

  it('fails over before the first text, and ends with the text that was read after it', async () => {
    const failing = listener('a', () => played<TextStep>(down));
    const cut = listener('b', () => played<TextStep>('Hel', 'lo', down));
    const { events, error } = await read(
      make(failing, cut, listener('c')).transcriptionModel('a/m,b/m,c/m').stream(RECORDING),
    );
    expect(events).toEqual([
      { type: 'delta', text: 'Hel' },
      { type: 'delta', text: 'lo' },
    ]);
    expect([error?.kind, error?.details.partial?.text]).toEqual(['overloaded', 'Hello']);
  });

  it('yields only the response of a target that does not stream', async () => {
    const { events } = await read(make(listener('a')).transcriptionModel('a/m').stream(RECORDING));
    expect(events).toMatchObject([{ type: 'done', response: { text: 'Hello there.', spec: 'a/m' } }]);
  });
});

it('the end of a classification contains its answers, and the end of another operation does not', async () => {
  const ends: CallEvent[] = [];
  const provider: Provider = {
    ...painter('a'),
    classificationModel: (id) => ({
      id,
      basis: 'vendor',
      classify: () =>
        Promise.resolve({ distributions: { refund: [0.9, 0.1] }, usage: undefined, warnings: [] }),
    }),
  };
  const majordomo = make(provider).with({
    onEvent: (event) => event.type === 'call-end' && ends.push(event),
  });
  const questions = { refund: { type: 'predicate', instructions: 'Money back?' } } as const;
  await majordomo.classificationModel('a/m').classify({ input: 'Refund!', questions });
  await majordomo.imageModel('a/m').generate({ prompt: 'a cat' });
  expect(ends).toMatchObject([{ answers: { refund: { type: 'predicate', probability: 0.9 } } }, {}]);
  expect(ends[1]).not.toHaveProperty('answers');
});
