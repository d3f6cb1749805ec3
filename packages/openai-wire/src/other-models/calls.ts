import type {
  EmbeddingBackend,
  EmbeddingRequest,
  ModelContext,
  SpeechBackend,
  SpeechRequest,
  SpeechStep,
  TranscriptionBackend,
  TranscriptionRequest,
} from '@majordomo/core';
import { LlmError } from '@majordomo/core';
import { limitBody } from '@majordomo/wire-kit';
import type { Connection } from '../connection.ts';
import type { SdkErrorContext } from '../errors.ts';
import { fromEmbeddingBody, toEmbeddingBody } from './embedding.ts';
import type { EmbeddingQuirks, SpeechQuirks, TranscriptionQuirks } from './quirks.ts';
import { toSpeechCall } from './speech.ts';
import { fromTranscriptionBody, toTranscriptionForm } from './transcription.ts';

/** A model behind a connection. */
export interface Place<Quirks> {
  readonly modelId: string;
  readonly quirks: Quirks;
  readonly connection: Connection;
}

/** One request for vectors. */
export function embed(
  { modelId, quirks, connection }: Place<EmbeddingQuirks>,
  request: EmbeddingRequest,
  context: ModelContext,
): ReturnType<EmbeddingBackend['embed']> {
  return calling(connection, context, async (facts) => {
    const body = toEmbeddingBody(request, modelId, quirks, context.target);
    const response = await connection.post('/embeddings', body, context, facts);
    return fromEmbeddingBody(await jsonOf(response, context), request.values.length, context.target);
  });
}

/** One recording, as a form. */
export function transcribe(
  { modelId, quirks, connection }: Place<TranscriptionQuirks>,
  request: TranscriptionRequest,
  context: ModelContext,
): ReturnType<TranscriptionBackend['transcribe']> {
  return calling(connection, context, async (facts) => {
    const { form, warnings } = toTranscriptionForm(request, modelId, quirks, context.target);
    const path = `${quirks.baseURL ?? ''}/audio/transcriptions`;
    const response = await connection.post(path, form, context, facts);
    const heard = fromTranscriptionBody(await jsonOf(response, context), request, context.target);
    return { ...heard, warnings: [...warnings, ...heard.warnings] };
  });
}

/** One text; its bytes as they come. */
export async function* speak(
  { modelId, quirks, connection }: Place<SpeechQuirks>,
  request: SpeechRequest,
  context: ModelContext,
): ReturnType<SpeechBackend['speak']> & AsyncGenerator<SpeechStep> {
  const facts: SdkErrorContext = { target: context.target, secrets: [] };
  try {
    const { body, mediaType, warnings } = toSpeechCall(request, modelId, quirks, context.target);
    const response = await connection.post('/audio/speech', body, context, facts);
    yield { mediaType: soundOf(response, context) ?? mediaType, bytes: new Uint8Array(), warnings };
    for await (const bytes of bytesOf(response)) yield { bytes };
  } catch (error) {
    context.signal.throwIfAborted();
    throw connection.toLlmError(error, facts);
  }
}

/** The type of the sound, where the answer says it. Some proxies answer JSON with 200. */
function soundOf({ headers }: Response, { target }: ModelContext): string | undefined {
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (/json|text\//.test(type))
    throw new LlmError('protocol', `${target} answered ${type} instead of a sound`, { target, path: '' });
  return type.startsWith('audio/') ? type : undefined;
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
    // Whoever leaves early closes the connection.
    reader.cancel().catch(() => undefined);
  }
}

async function calling<Result>(
  connection: Connection,
  { target, signal }: ModelContext,
  call: (facts: SdkErrorContext) => Promise<Result>,
): Promise<Result> {
  const facts: SdkErrorContext = { target, secrets: [] };
  try {
    return await call(facts);
  } catch (error) {
    signal.throwIfAborted();
    throw connection.toLlmError(error, facts);
  }
}

/** 2,048 vectors of 3,072 numbers as text are 140 MB. */
const MOST_BYTES = 256 * 2 ** 20;

async function jsonOf(response: Response, { target }: ModelContext): Promise<unknown> {
  const text = await limitBody(response, target, MOST_BYTES).text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LlmError('protocol', `${target} answered what is no JSON`, { target, path: '' }, { cause });
  }
}
