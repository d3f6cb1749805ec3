import { describe, expect, it } from 'vitest';
import {
  createMajordomo,
  type EmbeddingRequest,
  image,
  type ImageRequest,
  LlmError,
  type Majordomo,
  type ModerationRequest,
  type Provider,
  type RerankRequest,
  type SpeechRequest,
  type TranscriptionRequest,
  type Warning,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { manualClock } from './support/manual-clock.ts';
import { NO_CHAT, transcriptOf } from './support/other-models.ts';

const WARNING: Warning = { action: 'dropped', what: 'extra', why: 'unknown' };
const imagePart = image(Uint8Array.of(1), 'image/png');

type Respond = <Response>(request: object, response: Response) => Promise<Response>;

/** Provider whose models respond to each request within 20 ms, with one warning. */
function provider(respond: Respond): Provider {
  const facts = { target: 'a/m', usage: undefined, warnings: [WARNING] };
  const model = { id: 'm', timeouts: { completeMs: 20 } };
  const moderated = { flagged: false, categories: {}, scores: {} };
  return {
    ...NO_CHAT,
    id: 'a',
    embeddingModel: () => ({
      ...model,
      space: 'words',
      embed: (request) => respond(request, { vectors: [Float32Array.of(1)], ...facts }),
    }),
    rerankModel: () => ({
      ...model,
      rerank: (request) => respond(request, { results: [{ index: 0, score: 1 }], ...facts }),
    }),
    moderationModel: () => ({
      ...model,
      moderate: (request) => respond(request, { results: [moderated], ...facts }),
    }),
    imageModel: () => ({
      ...model,
      generate: (request) => respond(request, { images: [imagePart], ...facts }),
    }),
    transcriptionModel: () => ({
      ...model,
      transcribe: (request) => respond(request, transcriptOf(facts)),
    }),
    speechModel: () => ({
      ...model,
      async *speak(request) {
        yield await respond(request, { bytes: Uint8Array.of(1), warnings: [WARNING] });
      },
    }),
  };
}

const extra = { a: { mode: 'fast' } };
const EMBEDDING: EmbeddingRequest = { values: ['one'], dimensions: 1, purpose: 'query', extra };
const RERANK: RerankRequest = { query: 'one', documents: ['two'], topN: 1, extra };
const MODERATION: ModerationRequest = { values: ['one'], extra };
const IMAGE: ImageRequest = {
  prompt: 'a cat',
  n: 1,
  size: '1x10',
  seed: 0,
  images: [imagePart],
  mask: imagePart,
  extra,
};
const TRANSCRIPTION: TranscriptionRequest = {
  audio: Uint8Array.of(1, 2, 3, 4),
  mediaType: 'audio/ogg',
  durationMs: 5,
  language: 'en',
  prompt: 'names',
  timestamps: 'word',
  extra,
};
const SPEECH: SpeechRequest = {
  text: 'hello',
  voice: 'alloy',
  format: 'mp3',
  speed: 2,
  instructions: 'slowly',
  extra,
};

type Send = (majordomo: Majordomo) => Promise<{ readonly warnings: readonly Warning[] }>;

describe.each<[string, object, Send]>([
  ['embedding', EMBEDDING, (majordomo) => majordomo.embeddingModel('a/m').embed(EMBEDDING)],
  ['rerank', RERANK, (majordomo) => majordomo.rerankModel('a/m').rerank(RERANK)],
  ['moderation', MODERATION, (majordomo) => majordomo.moderationModel('a/m').moderate(MODERATION)],
  ['image', IMAGE, (majordomo) => majordomo.imageModel('a/m').generate(IMAGE)],
  [
    'transcription',
    TRANSCRIPTION,
    (majordomo) => majordomo.transcriptionModel('a/m').transcribe(TRANSCRIPTION),
  ],
  ['speech', SPEECH, (majordomo) => majordomo.speechModel('a/m').speak(SPEECH)],
])('a call of type %s', (_type, request, send) => {
  it('sends all members of the request', async () => {
    const requests: object[] = [];
    const respond: Respond = (sent, response) => {
      requests.push(sent);
      return Promise.resolve(response);
    };
    await send(createMajordomo({ providers: [provider(respond)] }));
    expect(requests).toEqual([request]);
  });

  it('has the warning of a recovery before those of the vendor', async () => {
    const recover = { id: 'r', what: 'key replaced', apply: (sent: never) => sent };
    let count = 0;
    const respond: Respond = (_sent, response) =>
      ++count === 1
        ? Promise.reject(new LlmError('auth', 'revoked', { recover }))
        : Promise.resolve(response);
    const { warnings } = await send(createMajordomo({ providers: [provider(respond)] }));
    expect(warnings).toEqual([{ action: 'repaired', what: 'key replaced', why: 'revoked' }, WARNING]);
  });

  it('has the timeouts of the model', async () => {
    const clock = manualClock();
    const respond: Respond = () => new Promise(() => undefined);
    const majordomo = createMajordomo({ providers: [provider(respond)], clock, chain: { attempts: 1 } });
    const timeout = failure(send(majordomo));
    await clock.advance(20);
    expect((await timeout).message).toBe('a/m did not finish within 20 ms; raise timeouts.completeMs');
  });
});
