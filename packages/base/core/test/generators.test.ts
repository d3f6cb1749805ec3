import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMajordomo, LlmError, type Provider } from '../src/index.ts';

// Each generator function has its own hidden class, which holds the scope of the function. If a call creates such a function, V8
// keeps the complete call until the next full garbage collection.
const prototype = Object.getPrototypeOf(speak.prototype) as AsyncGenerator;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Returns the prototypes of the generators that a function uses. Each generator function has its own prototype. */
async function prototypesOf(run: () => Promise<unknown>): Promise<ReadonlySet<unknown>> {
  const found = new Set<unknown>();
  const { next } = prototype;
  const spy = vi.spyOn(prototype, 'next').mockImplementation(function (this: AsyncGenerator, ...args) {
    found.add(Object.getPrototypeOf(this));
    return next.apply(this, args);
  });
  await run();
  spy.mockRestore();
  return found;
}

const facts = { target: 'a/m', usage: undefined, warnings: [] };
const drawn = {
  ...facts,
  images: [{ type: 'image', mediaType: 'image/png', bytes: Uint8Array.of(1) }],
} as const;
const heard = { ...facts, text: 'hi', language: undefined, durationMs: 9, segments: [] };

async function* speak(): AsyncGenerator<{ mediaType: string; bytes: Uint8Array }> {
  yield await Promise.resolve({ mediaType: 'audio/mpeg', bytes: Uint8Array.of(1) });
}

async function* draw(): AsyncGenerator<typeof drawn> {
  yield await Promise.resolve(drawn);
}

async function* hear(): AsyncGenerator<typeof heard> {
  yield await Promise.resolve(heard);
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _event of stream);
}

const provider: Provider = {
  spi: 1,
  id: 'a',
  model: () => {
    throw new LlmError('unsupported', 'it does not chat');
  },
  embeddingModel: (id) => ({
    id,
    space: 'words',
    embed: () => Promise.resolve({ ...facts, vectors: [Float32Array.of(1)] }),
  }),
  speechModel: (id) => ({ id, speak }),
  imageModel: (id) => ({ id, generate: () => Promise.resolve(drawn), generateStream: draw }),
  transcriptionModel: (id) => ({ id, transcribe: () => Promise.resolve(heard), transcribeStream: hear }),
};

describe('a call', () => {
  const majordomo = createMajordomo({ providers: [provider] });
  const recording = { audio: Uint8Array.of(1), mediaType: 'audio/mpeg' };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    embedding: () => majordomo.embeddingModel('a/m').embed({ values: ['hi'] }),
    speech: () => majordomo.speechModel('a/m').speak({ text: 'hi' }),
    'streamed image': () => readAll(majordomo.imageModel('a/m').stream({ prompt: 'hi' })),
    'streamed transcription': () => readAll(majordomo.transcriptionModel('a/m').stream(recording)),
  };

  it.each(Object.keys(calls))('of the kind %s creates no generator function', async (kind) => {
    const call = calls[kind] as () => Promise<unknown>;
    const first = await prototypesOf(call);
    expect(first.size).toBeGreaterThan(0);
    const second = await prototypesOf(call);
    expect([...second].filter((one) => !first.has(one))).toEqual([]);
  });
});
