import {
  LlmError,
  type SpeechBackend,
  type SpeechRequest,
  type SpeechStep,
  type Warning,
} from '@majordomo/core';
import { asRecord, sniffAudio } from '@majordomo/core/toolkit';
import { limitBody, extraFor, type ErrorContext } from '@majordomo/wire-kit';
import { bytesOfBase64, servedBy } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { droppedSettings } from './dropped-settings.ts';
import { resultOf } from './response.ts';

const WIRE = 'workersai-run';

/** Creates a speech model. The vendor returns audio bytes, or an object with base64 data. */
export const speechModel = (modelId: string, connection: Connection): SpeechBackend => ({
  id: modelId,
  async *speak(request, context) {
    const { target, signal } = context;
    const session = connection.open({ target });
    try {
      const { input, warnings } = toRun(modelId, request, target);
      const response = await session.run({ modelId, input, context });
      // The first step has no audio. It reports the facts and the warnings as soon as the response has begun.
      yield { bytes: new Uint8Array(), ...servedBy(WIRE, undefined, response.headers), warnings };
      yield* readSound(response, request, session);
    } catch (error) {
      signal.throwIfAborted();
      throw session.toLlmError(error);
    }
  },
});

type Format = NonNullable<SpeechRequest['format']>;

/** Settings by audio format, for Deepgram's models (@cloudflare/workers-types 5). */
const ENCODINGS: Readonly<Record<Format, object>> = {
  mp3: { encoding: 'mp3' },
  wav: { encoding: 'linear16', container: 'wav' },
  opus: { encoding: 'opus', container: 'ogg' },
  flac: { encoding: 'flac' },
  pcm: { encoding: 'linear16', container: 'none' },
};

/** Converts a request. Warns about each setting that the model does not support. Throws for an unsupported format. */
function toRun(
  modelId: string,
  { text, voice, format, speed, instructions, extra }: SpeechRequest,
  target: string,
): { readonly input: object; readonly warnings: readonly Warning[] } {
  const more = extraFor(extra, WIRE, target);
  const warnings = droppedSettings({ speed, instructions });
  if (/\/aura-/.test(modelId)) {
    const encoding = format === undefined ? {} : ENCODINGS[format];
    const speaker = voice === undefined ? {} : { speaker: voice };
    return { input: { text, ...speaker, ...encoding, ...more }, warnings };
  }
  // MeloTTS returns MP3, and its voices are languages (model page, 2026-11).
  if (format !== undefined && format !== 'mp3')
    throw new LlmError('unsupported', `${target}: format ${format} is not supported; use mp3`, {
      target,
      path: 'format',
    });
  const lang = voice === undefined ? {} : { lang: voice };
  return { input: { prompt: text, ...lang, ...more }, warnings };
}

/** First byte of a JSON object. No audio file begins with this byte, or with that of an HTML page, but samples can (`pcm`). */
const BRACE = 0x7b;
/** First byte of an HTML page (`<`). */
const ANGLE = 0x3c;

async function* readSound(
  response: Response,
  { format }: SpeechRequest,
  facts: ErrorContext,
): AsyncGenerator<SpeechStep> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  if (reader === undefined) return;
  try {
    let first: Uint8Array | undefined;
    do ({ value: first } = await reader.read());
    while (first?.length === 0);
    if (first === undefined) return;
    const isFile = format !== 'pcm';
    if (isFile && first[0] === BRACE) {
      const bytes = decodeSound(await restAsJson(first, reader, facts.target), facts);
      yield { mediaType: typeOf(bytes, format), bytes };
      return;
    }
    if (isFile && first[0] === ANGLE) throw pageError(facts);
    yield { mediaType: typeOf(first, format), bytes: first };
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield { bytes: value };
    }
  } finally {
    // Close the connection if the consumer stops early.
    reader.cancel().catch(() => undefined);
  }
}

const pageError = ({ target }: ErrorContext): LlmError =>
  new LlmError('protocol', `${target}: expected audio, got an HTML page`, { target, path: '' });

async function restAsJson(
  first: Uint8Array,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  target: string,
): Promise<unknown> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(first);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  return limitBody(new Response(stream), target).json();
}

function decodeSound(body: unknown, facts: ErrorContext): Uint8Array {
  const { audio } = asRecord(resultOf(body, facts));
  const { target } = facts;
  const bytes = typeof audio === 'string' ? bytesOfBase64(audio) : undefined;
  if (bytes !== undefined) return bytes;
  throw new LlmError('protocol', `${target}: expected \`audio\` to be a base64 string`, {
    target,
    path: 'audio',
  });
}

const TYPES: Readonly<Record<Format, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  pcm: 'audio/pcm',
};

const typeOf = (bytes: Uint8Array, format: Format = 'mp3'): string =>
  format === 'pcm' ? TYPES.pcm : (sniffAudio(bytes) ?? TYPES[format]);
