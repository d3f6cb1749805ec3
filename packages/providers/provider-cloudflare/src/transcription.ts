import {
  LlmError,
  type TranscriptionBackend,
  type TranscriptionRequest,
  type TranscriptionResponse,
  type Usage,
  type Warning,
} from '@majordomo/core';
import {
  asLanguage,
  asList,
  asNumber,
  asRecord,
  asText,
  toBase64,
  UNKNOWN_USAGE,
} from '@majordomo/core/toolkit';
import { limitBody, extraFor } from '@majordomo/wire-kit';
import { servedBy, sessionCall } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { droppedSettings } from './dropped-settings.ts';
import { resultOf } from './response.ts';

const WIRE = 'workersai-run';

/** Older models, which accept audio only as a list of numbers (@cloudflare/workers-types 5). */
const REQUIRES_NUMBERS = /whisper(?:-tiny-en)?$/;

type TranscriptionResult = Omit<TranscriptionResponse, 'attempts' | 'spec' | 'warnings'>;

/** Creates a transcription model. */
export const transcriptionModel = (modelId: string, connection: Connection): TranscriptionBackend => ({
  id: modelId,
  transcribe: (request, context) =>
    sessionCall(connection.open, context, async (session) => {
      const { target } = context;
      const { input, warnings } = toRun(modelId, request, target);
      const response = limitBody(await session.run({ modelId, input, context }), target);
      const result = fromResult(resultOf(await response.json(), session), request, target);
      return { ...result, ...servedBy(WIRE, undefined, response.headers), warnings };
    }),
});

/** Converts a request to an input. Warns about each setting that the model does not support. */
function toRun(
  modelId: string,
  { audio, language, prompt, extra }: TranscriptionRequest,
  target: string,
): { readonly input: object; readonly warnings: readonly Warning[] } {
  const more = extraFor(extra, WIRE, target);
  if (REQUIRES_NUMBERS.test(modelId)) {
    return { input: { audio: [...audio], ...more }, warnings: droppedSettings({ language, prompt }) };
  }
  return {
    input: {
      audio: toBase64(audio),
      // The API accepts only language codes without a region.
      ...(language !== undefined && { language: language.split('-')[0]?.toLowerCase() }),
      ...(prompt !== undefined && { initial_prompt: prompt }),
      ...more,
    },
    warnings: [],
  };
}

/** Converts a transcription. Throws `protocol` for an invalid response. */
function fromResult(
  result: unknown,
  { timestamps }: Pick<TranscriptionRequest, 'timestamps'>,
  target: string,
): TranscriptionResult {
  const { text, transcription_info, segments, words } = asRecord(result);
  if (typeof text !== 'string')
    throw new LlmError('protocol', `${target}: expected \`text\` to be a string`, { target, path: 'text' });
  const { language, duration } = asRecord(transcription_info);
  const sentences = asList(segments).map(asRecord);
  // Newer models return words inside segments. Older models return a list of words, but no segments.
  const allWords =
    sentences.length === 0 ? asList(words) : sentences.flatMap((each) => asList(each['words']));
  const entries = timestamps === 'word' || sentences.length === 0 ? allWords : sentences;
  const durationMs = milliseconds(duration);
  return {
    text: text.trim(),
    language: asLanguage(language),
    durationMs,
    segments: entries.flatMap(segmentOf),
    target,
    usage: usageOf(durationMs),
  };
}

function segmentOf(raw: unknown): TranscriptionResult['segments'] {
  const { text, word, start, end } = asRecord(raw);
  const content = asText(text) ?? asText(word);
  const startMs = milliseconds(start);
  const endMs = milliseconds(end);
  if (content === undefined || startMs === undefined || endMs === undefined) return [];
  return [{ text: content.trim(), startMs, endMs }];
}

function milliseconds(seconds: unknown): number | undefined {
  const number = asNumber(seconds);
  return number === undefined || number < 0 ? undefined : Math.round(number * 1000);
}

/** Returns the length of the audio, by which the vendor bills. A transcription has no tokens. */
function usageOf(durationMs: number | undefined): Usage | undefined {
  if (durationMs === undefined) return undefined;
  return { ...UNKNOWN_USAGE, input: 0, output: 0, details: { units: { 'audio-second': durationMs / 1000 } } };
}
