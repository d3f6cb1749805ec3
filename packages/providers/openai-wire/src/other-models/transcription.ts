import {
  LlmError,
  type TranscriptionRequest,
  type TranscriptionResponse,
  type TranscriptSegment,
  type Usage,
  type Warning,
} from '@majordomo/core';
import { asList, asNumber, asRecord, asText, isRecord, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { parseJson } from '@majordomo/wire-kit/internal';
import { inBandError } from '../failure/in-band-error.ts';
import { mergeExtra } from './extra.ts';
import { languageTag } from './languages.ts';
import type { TranscriptionQuirks } from './quirks.ts';

/** Key of this API in `TranscriptionRequest.extra`. */
const WIRE = 'openai-transcriptions';

/** File name extensions by media type. Servers detect the format of a recording by its extension. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/webm': 'webm',
  'audio/mp4': 'm4a',
  'video/mp4': 'mp4',
};

/** Form and warnings of a converted request. */
export interface TranscriptionForm {
  readonly form: FormData;
  readonly warnings: readonly Warning[];
}

/** Converts a request to a multipart form that contains the recording. */
export function toTranscriptionForm(
  request: TranscriptionRequest,
  modelId: string,
  { times }: TranscriptionQuirks,
  target: string,
  delivery: 'complete' | 'stream',
): TranscriptionForm {
  const { audio, mediaType, language, prompt, timestamps } = request;
  const isTimed = timestamps !== undefined && times === 'verbose';
  const hasSpeakers = times === 'speakers';
  const plainFormat = isTimed ? 'verbose_json' : 'json';
  const fields = mergeExtra(
    {
      model: modelId,
      // The API rejects language tags with a region.
      language: language?.split('-')[0]?.toLowerCase(),
      prompt,
      response_format: hasSpeakers ? 'diarized_json' : plainFormat,
      chunking_strategy: hasSpeakers ? 'auto' : undefined,
      'timestamp_granularities[]': isTimed ? timestamps : undefined,
      stream: delivery === 'stream' ? true : undefined,
    },
    request,
    WIRE,
    target,
  );
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  const name = `audio.${EXTENSIONS[mediaType] ?? mediaType.split('/')[1] ?? 'bin'}`;
  form.append('file', new Blob([new Uint8Array(audio)], { type: mediaType }), name);
  // The segments of speakers have times. Words have none.
  const hasTimes = times !== 'none' && !(hasSpeakers && timestamps === 'word');
  return { form, warnings: timestamps === undefined || hasTimes ? [] : [NO_TIMES] };
}

const NO_TIMES: Warning = {
  action: 'dropped',
  what: 'timestamps',
  why: 'this model does not return the requested timestamps',
};

type TranscriptionResult = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** Converts a response. Throws `protocol` for an invalid response. `minBilledMs`: see `TranscriptionQuirks`. */
export function fromTranscriptionBody(
  json: unknown,
  request: Pick<TranscriptionRequest, 'timestamps' | 'durationMs'>,
  target: string,
  minBilledMs = 0,
): TranscriptionResult {
  const { text, language, languages, duration, segments, words, usage } = asRecord(json);
  const [detected] = asList(languages);
  if (typeof text !== 'string')
    throw new LlmError('protocol', `${target}: expected \`text\` to be a string`, { target, path: 'text' });
  const durationMs = milliseconds(duration);
  const pieces = request.timestamps === 'word' && Array.isArray(words) ? words : segments;
  return {
    text: text.trim(),
    language: languageTag(language ?? asRecord(detected)['code']),
    durationMs,
    segments: asList(pieces).flatMap(segmentOf),
    target,
    usage: usageOf(usage, durationMs ?? request.durationMs, minBilledMs),
    warnings: [],
  };
}

/**
 * Yields the texts and segments of a stream, then the response. Throws the error that the server reported. If the server's final text
 * is another one, it is the text of the response, with a warning. Core rejects a stream that ends without a response.
 */
export async function* fromTranscriptionEvents(
  messages: AsyncIterable<{ readonly data: string }>,
  { target, secrets }: { readonly target: string; readonly secrets: readonly string[] },
): AsyncGenerator<string | TranscriptSegment | TranscriptionResult> {
  let streamedText = '';
  const segments: TranscriptSegment[] = [];
  for await (const { data } of messages) {
    const event = asRecord(parseJson(data, target));
    const { type, delta, error } = event;
    if (type === 'error' || isRecord(error)) throw inBandError(event, target, secrets);
    if (type === 'transcript.text.delta' && typeof delta === 'string' && delta !== '') {
      streamedText += delta;
      yield delta;
    }
    if (type === 'transcript.text.segment') {
      const found = segmentOf(event);
      segments.push(...found);
      yield* found;
    }
    if (type !== 'transcript.text.done') continue;
    const answer = fromTranscriptionBody(event, {}, target);
    const result = segments.length === 0 ? answer : { ...answer, segments };
    // The text of the response is not trimmed if it equals the deltas, which the caller has already received.
    const isEqual = streamedText === '' || streamedText.trim() === result.text;
    yield isEqual ? { ...result, text: streamedText || result.text } : { ...result, warnings: [CORRECTED] };
    return;
  }
}

const CORRECTED: Warning = {
  action: 'coerced',
  what: 'text',
  why: 'the final text of the server differs from the streamed text, and replaces it',
};

function segmentOf(raw: unknown): TranscriptionResult['segments'] {
  const { text, word, start, end, speaker } = asRecord(raw);
  const startMs = milliseconds(start);
  const endMs = milliseconds(end);
  const segment = asText(text) ?? asText(word);
  if (segment === undefined || startMs === undefined || endMs === undefined) return [];
  return [{ text: segment.trim(), startMs, endMs, ...(typeof speaker === 'string' && { speaker }) }];
}

/** Converts seconds (a number or a string) to milliseconds. Returns `undefined` for negative, unsafe and invalid values. */
function milliseconds(seconds: unknown): number | undefined {
  const number = typeof seconds === 'string' ? Number(seconds) : asNumber(seconds);
  const rounded = Math.round((number ?? -1) * 1000);
  return Number.isSafeInteger(rounded) && rounded >= 0 ? rounded : undefined;
}

/** Returns the reported tokens, otherwise the reported seconds, otherwise the duration of the recording. */
function usageOf(raw: unknown, durationMs: number | undefined, minBilledMs: number): Usage | undefined {
  const { input_tokens, output_tokens, input_token_details, seconds } = asRecord(raw);
  const input = asNumber(input_tokens);
  if (input !== undefined) {
    const inputAudio = asNumber(asRecord(input_token_details)['audio_tokens']);
    return { ...UNKNOWN_USAGE, input, output: asNumber(output_tokens), details: { inputAudio } };
  }
  const ms = milliseconds(seconds) ?? durationMs;
  if (ms === undefined) return undefined;
  const units = { 'audio-second': Math.max(ms, minBilledMs) / 1000 };
  return { ...UNKNOWN_USAGE, input: 0, output: 0, details: { units } };
}
