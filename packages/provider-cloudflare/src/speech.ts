import {
  LlmError,
  type SpeechBackend,
  type SpeechRequest,
  type SpeechStep,
  type Warning,
} from '@majordomo/core';
import { asRecord, fromBase64, sniffAudio } from '@majordomo/core/toolkit';
import { limitBody, extraFor, type ErrorContext } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { toLlmError } from './errors.ts';
import { resultOf } from './response.ts';

/** The key of `extra` for this wire. */
const WIRE = 'workersai-run';

/** A model that speaks: bytes as they come, or base64 in an object. */
export const speechModel = (modelId: string, connection: Connection): SpeechBackend => ({
  id: modelId,
  async *speak(request, context) {
    const { target, signal } = context;
    const facts: ErrorContext = { target, secrets: [] };
    try {
      const { input, warnings } = toRun(modelId, request, target);
      const response = await connection.run({ modelId, input, context, facts });
      yield { bytes: new Uint8Array(), warnings };
      yield* sound(response, request, facts);
    } catch (error) {
      signal.throwIfAborted();
      throw toLlmError(error, facts);
    }
  },
});

type Format = NonNullable<SpeechRequest['format']>;

/** How Deepgram's models name a format (@cloudflare/workers-types 5). */
const ENCODINGS: Readonly<Record<Format, object>> = {
  mp3: { encoding: 'mp3' },
  wav: { encoding: 'linear16', container: 'wav' },
  opus: { encoding: 'opus', container: 'ogg' },
  flac: { encoding: 'flac' },
  pcm: { encoding: 'linear16', container: 'none' },
};

/** Pure: the input of a run, and what its model has no field for. Throws `unsupported` for a format that it has not. */
export function toRun(
  modelId: string,
  { text, voice, format, speed, instructions, extra }: SpeechRequest,
  target: string,
): { readonly input: object; readonly warnings: readonly Warning[] } {
  const more = extraFor(extra, WIRE, target);
  const dropped = (unsent: object): readonly Warning[] =>
    Object.entries(unsent)
      .filter(([, value]) => value !== undefined)
      .map(([what]) => ({ action: 'dropped', what, why: 'this model has no field for it' }));
  if (/\/aura-/.test(modelId)) {
    const encoding = format === undefined ? {} : ENCODINGS[format];
    const speaker = voice === undefined ? {} : { speaker: voice };
    return { input: { text, ...speaker, ...encoding, ...more }, warnings: dropped({ speed, instructions }) };
  }
  // The page of MeloTTS, 2026-11: MP3; voices are languages.
  if (format !== undefined && format !== 'mp3')
    throw new LlmError('unsupported', `${target} speaks mp3, and not ${format}`, { target, path: 'format' });
  const lang = voice === undefined ? {} : { lang: voice };
  return { input: { prompt: text, ...lang, ...more }, warnings: dropped({ speed, instructions }) };
}

const BRACE = 0x7b;
/** What a page begins with, and a sound that is more than bare samples never. */
const ANGLE = 0x3c;

/** The content type is not to be relied on: a stream of the binding has none. */
async function* sound(
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
    if (first[0] === BRACE) {
      const bytes = soundIn(await restAsJson(first, reader, facts.target), facts);
      yield { mediaType: typeOf(bytes, format), bytes };
      return;
    }
    if (first[0] === ANGLE && format !== 'pcm') throw noSound(facts);
    yield { mediaType: typeOf(first, format), bytes: first };
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield { bytes: value };
    }
  } finally {
    // Whoever leaves early closes the connection.
    reader.cancel().catch(() => undefined);
  }
}

const noSound = ({ target }: ErrorContext): LlmError =>
  new LlmError('protocol', `${target} answered a page instead of a sound`, { target, path: '' });

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

function soundIn(body: unknown, facts: ErrorContext): Uint8Array {
  const { audio } = asRecord(resultOf(body, facts));
  const { target } = facts;
  try {
    if (typeof audio === 'string') return fromBase64(audio);
  } catch {
    // Said below.
  }
  throw new LlmError('protocol', `${target}: audio is no base64`, { target, path: 'audio' });
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
