import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Provider, Timeouts } from '@majordomo/core';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createLlamaSwap } from '@majordomo/provider-llama-swap';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI } from '@majordomo/provider-openai';

/** Operations other than chat. */
export type Operation = 'embedding' | 'transcription' | 'speech' | 'rerank' | 'moderation' | 'classification';

/** Valid response of a vendor. */
export interface Sound {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** Operation of a provider, through its real SDK. */
export interface Side {
  /** Heading of the provider's column in the README. */
  readonly column: string;
  readonly operation: Operation;
  readonly model: string;
  readonly sound: Sound;
  provider(id: string, origin: string, timeouts: Timeouts | undefined): Provider;
}

const json = (value: unknown): Sound => ({ type: 'application/json', body: JSON.stringify(value) });
const sounding: Sound = { type: 'audio/mpeg', body: `ID3${' sound'.repeat(200)}` };
const unit = (size: number): readonly number[] => Array.from({ length: size }, (_, at) => (at === 0 ? 1 : 0));
const base64 = (floats: readonly number[]): string =>
  Buffer.from(Float32Array.from(floats).buffer).toString('base64');

const vectors = json({ data: [{ index: 0, embedding: base64(unit(1536)) }] });
const transcript = json({ text: 'Hello.' });
const verdict = json({ results: [{ flagged: false, categories: {}, category_scores: {} }] });
const decision = json({ answers: [{ type: 'predicate', name: 'refund', probability: 0.9 }] });
const candidate = (part: object): Sound =>
  json({ candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP' }] });
const enveloped = (result: object): Sound => json({ result, success: true, errors: [], messages: [] });

type Making = Side['provider'];
const openai: Making = (id, origin, timeouts) =>
  createOpenAI({ id, apiKey: 'k', baseURL: `${origin}/v1`, timeouts });
const groq: Making = (id, origin, timeouts) => createGroq({ id, apiKey: 'k', baseURL: origin, timeouts });
const google: Making = (id, origin, timeouts) => createGoogle({ id, apiKey: 'k', baseURL: origin, timeouts });
const bedrock: Making = (id, origin, timeouts) =>
  createBedrock({
    id,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    baseURL: origin,
    requestHandler: () => new NodeHttpHandler(),
    timeouts,
  });
const ollama: Making = (id, origin, timeouts) => createOllama({ id, baseURL: origin, timeouts });
const workers: Making = (id, origin, timeouts) =>
  createCloudflare({ id, baseURL: origin, accountId: 'acc', apiKey: 'k', timeouts });
const swap: Making = (id, origin, timeouts) => createLlamaSwap({ id, baseURL: origin, timeouts });

type Row = readonly [operation: Operation, model: string, sound: Sound];
const sides = (column: string, provider: Making, ...rows: readonly Row[]): readonly Side[] =>
  rows.map(([operation, model, sound]) => ({ column, operation, model, sound, provider }));

const OPENAI: readonly Row[] = [
  ['embedding', 'text-embedding-3-small', vectors],
  ['transcription', 'gpt-4o-mini-transcribe', transcript],
  ['speech', 'gpt-4o-mini-tts', sounding],
  ['moderation', 'omni-moderation-latest', verdict],
  ['classification', 'gpt-6-luna', decision],
];

/** Providers with operations other than chat. Both OpenAI APIs share the code for these operations. */
export const SIDES: readonly Side[] = [
  ...sides('OpenAI, Responses', openai, ...OPENAI),
  ...sides(
    'OpenAI, Chat',
    (id, origin, timeouts) => {
      return createOpenAI({ id, api: 'chat', apiKey: 'k', baseURL: `${origin}/v1`, timeouts });
    },
    ...OPENAI,
  ),
  ...sides(
    'Google',
    google,
    ['embedding', 'gemini-embedding-001', json({ embeddings: [{ values: unit(3072) }] })],
    ['transcription', 'gemini-3.8-flash', candidate({ text: 'Hello.' })],
    [
      'speech',
      'gemini-3.8-flash-tts',
      candidate({ inlineData: { mimeType: 'audio/L16;rate=24000', data: 'AAAA'.repeat(300) } }),
    ],
  ),
  ...sides(
    'Bedrock',
    bedrock,
    ['embedding', 'amazon.titan-embed-text-v2:0', json({ embedding: unit(1024), inputTextTokenCount: 1 })],
    ['rerank', 'cohere.rerank-v3-5:0', json({ results: [{ index: 0, relevance_score: 0.9 }] })],
  ),
  ...sides('Ollama', ollama, ['embedding', 'bge-m3', json({ embeddings: [unit(1024)] })]),
  ...sides(
    'Groq',
    groq,
    ['transcription', 'whisper-large-v3-turbo', transcript],
    ['speech', 'canopylabs/orpheus-v1-english', { ...sounding, type: 'audio/wav' }],
  ),
  ...sides(
    'Workers AI',
    workers,
    ['embedding', '@cf/baai/bge-m3', enveloped({ data: [unit(1024)] })],
    ['transcription', '@cf/openai/whisper-large-v3-turbo', enveloped({ text: 'Hello.' })],
    ['speech', '@cf/deepgram/aura-1', sounding],
  ),
  ...sides(
    'llama-swap',
    swap,
    ['embedding', 'bge-m3', json({ data: [{ index: 0, embedding: unit(1024) }] })],
    ['transcription', 'whisper', transcript],
    ['speech', 'kokoro', sounding],
  ),
];
