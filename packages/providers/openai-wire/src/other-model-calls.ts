import type {
  ClassificationBackend,
  ClassificationRequest,
  EmbeddingBackend,
  EmbeddingRequest,
  ModelContext,
  ModerationBackend,
  ModerationRequest,
  RerankBackend,
  RerankRequest,
  SpeechBackend,
  SpeechRequest,
  SpeechStep,
  TranscriptionBackend,
  TranscriptionRequest,
} from '@majordomo/core';
import { LlmError } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { limitBody, sseMessages } from '@majordomo/wire-kit';
import { parseJson, servedBy, sessionCall } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { fromEmbeddingBody, toEmbeddingBody } from './other-models/embedding.ts';
import { fromDecisionBody, toDecisionBody } from './other-models/decision.ts';
import { fromModerationBody, toModerationBody } from './other-models/moderation.ts';
import type {
  ClassificationQuirks,
  EmbeddingQuirks,
  ModerationQuirks,
  RerankQuirks,
  SpeechQuirks,
  TranscriptionQuirks,
} from './other-models/quirks.ts';
import { fromRerankBody, toRerankBody } from './other-models/rerank.ts';
import { fromSystemOneBody, toSystemOneCall } from './other-models/system-one.ts';
import { toSpeechCall } from './other-models/speech.ts';
import {
  fromTranscriptionBody,
  fromTranscriptionEvents,
  toTranscriptionForm,
} from './other-models/transcription.ts';

// `sessionCall` opens the session of an attempt, and converts the errors of the request and of reading its response. It returns
// a single value, so the functions that yield a stream open their sessions themselves. After an abort, they throw the reason of
// the signal instead of the SDK's error, as `sessionCall` does.

export interface ModelAtConnection<Quirks> {
  readonly modelId: string;
  readonly quirks: Quirks;
  readonly connection: Connection;
}

/** Sends one embedding request and returns its vectors. */
export function embed(
  { modelId, quirks, connection }: ModelAtConnection<EmbeddingQuirks>,
  request: EmbeddingRequest,
  context: ModelContext,
): ReturnType<EmbeddingBackend['embed']> {
  return sessionCall(connection.open, context, async (session) => {
    const body = toEmbeddingBody(request, modelId, quirks, context.target);
    const response = await session.post('/embeddings', body, { ...context, maxBytes: MAX_BYTES });
    const json = await jsonOf(response, context);
    return {
      ...fromEmbeddingBody(json, request.values.length, context.target),
      ...servedBy('openai-embeddings', json, response.headers),
    };
  });
}

/** Sends one rerank request and returns the results in the server's order. */
export function rerank(
  { modelId, quirks, connection }: ModelAtConnection<RerankQuirks>,
  request: RerankRequest,
  context: ModelContext,
): ReturnType<RerankBackend['rerank']> {
  return sessionCall(connection.open, context, async (session) => {
    const body = toRerankBody(request, modelId, quirks, context.target);
    const place = connection.placeOf(quirks.path, quirks.separate, context.env);
    const response = await session.post(place, body, context);
    const json = await jsonOf(response, context);
    return {
      ...fromRerankBody(json, context.target),
      ...servedBy('openai-rerank', json, response.headers),
    };
  });
}

/** Sends one moderation request and returns one result for each value. */
export function moderate(
  { modelId, quirks, connection }: ModelAtConnection<ModerationQuirks>,
  request: ModerationRequest,
  context: ModelContext,
): ReturnType<ModerationBackend['moderate']> {
  return sessionCall(connection.open, context, async (session) => {
    const body = toModerationBody(request, modelId, context.target);
    const response = await session.post('/moderations', body, context);
    const json = await jsonOf(response, context);
    return {
      ...fromModerationBody(json, request, quirks, context.target),
      ...servedBy('openai-moderations', json, response.headers),
    };
  });
}

/** Sends questions about one input and returns their probabilities. */
export function classify(
  { modelId, quirks, connection }: ModelAtConnection<ClassificationQuirks>,
  request: ClassificationRequest,
  context: ModelContext,
): ReturnType<ClassificationBackend['classify']> {
  return sessionCall(connection.open, context, async (session) => {
    if (quirks.api === 'decisions') {
      const body = toDecisionBody(request, modelId, context.target);
      const response = await session.post('/decisions', body, context).catch(withoutRetry(context));
      const json = await jsonOf(response, context);
      const served = servedBy('openai-decisions', json, response.headers);
      return { ...fromDecisionBody(json, request, context), ...served };
    }
    const { body, headers } = toSystemOneCall(request, modelId, quirks, context.target);
    const own = { ...context, headers: { ...headers, ...context.headers } };
    const response = await session.post('/systemone', body, own);
    const json = await jsonOf(response, context);
    return {
      ...fromSystemOneBody(json, request, context),
      ...servedBy('system-one', json, response.headers),
    };
  });
}

/**
 * Returns a function that replaces status 504 by a timeout that the chain does not retry on the same target. The edge of the
 * Decisions API answers 504 after 5 s for very large inputs, and answers the same input again with 504.
 */
const withoutRetry =
  ({ target }: ModelContext) =>
  (error: unknown): never => {
    if (asRecord(error)['status'] !== 504) throw error;
    const message = `${target}: the server did not answer in time (504); send a smaller input`;
    throw new LlmError('timeout', message, { target, status: 504, shouldRetry: false }, { cause: error });
  };

/** Sends one recording and returns its transcript. */
export function transcribe(
  { modelId, quirks, connection }: ModelAtConnection<TranscriptionQuirks>,
  request: TranscriptionRequest,
  context: ModelContext,
): ReturnType<TranscriptionBackend['transcribe']> {
  return sessionCall(connection.open, context, async (session) => {
    const { form, warnings } = toTranscriptionForm(request, modelId, quirks, context.target, 'complete');
    const place = connection.placeOf('/audio/transcriptions', quirks.separate, context.env);
    const response = await session.post(place, form, context);
    const json = await jsonOf(response, context);
    const result = fromTranscriptionBody(json, request, context.target, quirks.minBilledMs);
    return {
      ...result,
      ...servedBy('openai-transcriptions', json, response.headers),
      warnings: [...warnings, ...result.warnings],
    };
  });
}

/** Sends one recording and yields its text as it is recognized, then the transcript. */
export async function* transcribeStream(
  { modelId, quirks, connection }: ModelAtConnection<TranscriptionQuirks>,
  request: TranscriptionRequest,
  context: ModelContext,
): AsyncGenerator<TranscriptionItem> {
  const { target, signal } = context;
  const session = connection.open({ target });
  try {
    const { form, warnings } = toTranscriptionForm(request, modelId, quirks, target, 'stream');
    const place = connection.placeOf('/audio/transcriptions', quirks.separate, context.env);
    const response = await session.post(place, form, context);
    const { body, headers } = response;
    const type = typeOf(response);
    const isComplete = /json/.test(type);
    if (/^text\/(?!event-stream)/.test(type)) throw wrongTypeError(response, 'a transcript', target);
    const steps =
      isComplete || body === null
        ? [fromTranscriptionBody(await jsonOf(response, context), request, target)]
        : fromTranscriptionEvents(sseMessages(body), session);
    for await (const step of steps) {
      const isTranscript = typeof step === 'object' && 'segments' in step;
      if (isTranscript) {
        const served = servedBy('openai-transcriptions', undefined, headers);
        yield { ...step, ...served, warnings: [...warnings, ...step.warnings] };
      } else yield step;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw session.toLlmError(error);
  }
}

type TranscriptionItem =
  ReturnType<NonNullable<TranscriptionBackend['transcribeStream']>> extends AsyncIterable<infer Item>
    ? Item
    : never;

/** Sends one text and yields the bytes of the speech as they arrive. */
export async function* speak(
  { modelId, quirks, connection }: ModelAtConnection<SpeechQuirks>,
  request: SpeechRequest,
  context: ModelContext,
): ReturnType<SpeechBackend['speak']> & AsyncGenerator<SpeechStep> {
  const session = connection.open({ target: context.target });
  try {
    const { body, mediaType, warnings } = toSpeechCall(request, modelId, quirks, context.target);
    const response = await session.post('/audio/speech', body, context);
    const type = audioTypeOf(response, context) ?? mediaType;
    const served = servedBy('openai-speech', undefined, response.headers);
    // The first step has no bytes, so that the caller knows the media type before the speech arrives.
    yield { mediaType: type, bytes: new Uint8Array(), ...served, warnings };
    for await (const bytes of bytesOf(response)) yield { bytes };
  } catch (error) {
    context.signal.throwIfAborted();
    throw session.toLlmError(error);
  }
}

/** Returns the media type if it is audio. Throws `protocol` for JSON and text, which some proxies return with status 200. */
function audioTypeOf(response: Response, { target }: ModelContext): string | undefined {
  const type = typeOf(response);
  if (!/json|text\//.test(type)) return type.startsWith('audio/') ? type : undefined;
  throw wrongTypeError(response, 'audio', target);
}

const typeOf = ({ headers }: Response): string => headers.get('content-type')?.split(';', 1)[0] ?? '';

/** Cancels the body of a response of another type, and returns the error. */
function wrongTypeError(response: Response, expected: string, target: string): LlmError {
  response.body?.cancel().catch(() => undefined);
  const message = `${target}: the server returned ${typeOf(response)} instead of ${expected}`;
  return new LlmError('protocol', message, { target, path: '' });
}

async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Close the connection if the caller stops early.
    reader.cancel().catch(() => undefined);
  }
}

/**
 * Maximum size of a response in bytes. 2,048 vectors of 3,072 numbers are 140 MB of text, so `embed` also passes this maximum to
 * the connection, whose default is lower.
 */
const MAX_BYTES = 256 * 2 ** 20;

const jsonOf = async (response: Response, { target }: ModelContext): Promise<unknown> =>
  parseJson(await limitBody(response, target, MAX_BYTES).text(), target);
