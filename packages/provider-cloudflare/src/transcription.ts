import {
  LlmError,
  type TranscriptionBackend,
  type TranscriptionRequest,
  type TranscriptionResponse,
  type Usage,
  type Warning,
} from '@majordomo/core';
import { asLanguage, asList, asNumber, asRecord, asText, toBase64 } from '@majordomo/core/toolkit';
import { limitBody, extraFor, type ErrorContext } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { toLlmError } from './errors.ts';
import { resultOf } from './response.ts';

/** The key of `extra` for this wire. */
const WIRE = 'workersai-run';

/** Older models take bytes as a list of numbers, and nothing else (@cloudflare/workers-types 5). */
const TAKES_NUMBERS = /whisper(?:-tiny-en)?$/;

type Heard = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** A model that writes down what is said. */
export const transcriptionModel = (modelId: string, connection: Connection): TranscriptionBackend => ({
  id: modelId,
  async transcribe(request, context) {
    const { target, signal } = context;
    const facts: ErrorContext = { target, secrets: [] };
    try {
      const { input, warnings } = toRun(modelId, request, target);
      const response = limitBody(await connection.run({ modelId, input, context, facts }), target);
      const heard = fromResult(resultOf(await response.json(), facts), request, target);
      return { ...heard, warnings };
    } catch (error) {
      signal.throwIfAborted();
      throw toLlmError(error, facts);
    }
  },
});

/** Pure: the input of a run, and what its model has no field for. */
export function toRun(
  modelId: string,
  { audio, language, prompt, extra }: TranscriptionRequest,
  target: string,
): { readonly input: object; readonly warnings: readonly Warning[] } {
  const more = extraFor(extra, WIRE, target);
  if (TAKES_NUMBERS.test(modelId)) {
    const unsent = Object.entries({ language, prompt }).filter(([, value]) => value !== undefined);
    return {
      input: { audio: [...audio], ...more },
      warnings: unsent.map(([what]) => ({ action: 'dropped', what, why: 'this model has no field for it' })),
    };
  }
  return {
    input: {
      audio: toBase64(audio),
      // The wire has languages without a region.
      ...(language !== undefined && { language: language.split('-')[0]?.toLowerCase() }),
      ...(prompt !== undefined && { initial_prompt: prompt }),
      ...more,
    },
    warnings: [],
  };
}

/** Pure: what was heard. Throws `protocol` for what is no such answer. */
export function fromResult(
  result: unknown,
  { timestamps }: Pick<TranscriptionRequest, 'timestamps'>,
  target: string,
): Heard {
  const { text, transcription_info, segments, words } = asRecord(result);
  if (typeof text !== 'string')
    throw new LlmError('protocol', `${target}: text is no text`, { target, path: 'text' });
  const { language, duration } = asRecord(transcription_info);
  const sentences = asList(segments).map(asRecord);
  // Newer models have words in their segments, older ones have words alone.
  const all = sentences.length === 0 ? asList(words) : sentences.flatMap((each) => asList(each['words']));
  const pieces = timestamps === 'word' || sentences.length === 0 ? all : sentences;
  const durationMs = milliseconds(duration);
  return {
    text: text.trim(),
    language: asLanguage(language),
    durationMs,
    segments: pieces.flatMap(segmentOf),
    target,
    usage: usageOf(durationMs),
    warnings: [],
  };
}

function segmentOf(raw: unknown): Heard['segments'] {
  const { text, word, start, end } = asRecord(raw);
  const [said, startMs, endMs] = [asText(text) ?? asText(word), milliseconds(start), milliseconds(end)];
  if (said === undefined || startMs === undefined || endMs === undefined) return [];
  return [{ text: said.trim(), startMs, endMs }];
}

/** The wire has seconds; there are none below 0. */
function milliseconds(seconds: unknown): number | undefined {
  const number = asNumber(seconds);
  return number === undefined || number < 0 ? undefined : Math.round(number * 1000);
}

/** It is paid by the minute of audio. */
function usageOf(durationMs: number | undefined): Usage | undefined {
  if (durationMs === undefined) return undefined;
  const none = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  return { input: 0, output: 0, ...none, details: { units: { 'audio-second': durationMs / 1000 } } };
}
