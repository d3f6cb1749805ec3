import {
  LlmError,
  type TranscriptionRequest,
  type TranscriptionResponse,
  type Usage,
  type Warning,
} from '@majordomo/core';
import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';
import { withExtra } from './extra.ts';
import { languageTag } from './languages.ts';
import type { TranscriptionQuirks } from './quirks.ts';

/** The key of `TranscriptionRequest.extra` for this wire. */
const WIRE = 'openai-transcriptions';

/** What servers tell a file's format by. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/webm': 'webm',
  'audio/mp4': 'm4a',
  'video/mp4': 'mp4',
};

/** A form with the recording in it, and what could not be asked for. */
export interface TranscriptionForm {
  readonly form: FormData;
  readonly warnings: readonly Warning[];
}

/** A request as the wire has it. */
export function toTranscriptionForm(
  request: TranscriptionRequest,
  modelId: string,
  { times }: TranscriptionQuirks,
  target: string,
): TranscriptionForm {
  const { audio, mediaType, language, prompt, timestamps } = request;
  const isTimed = timestamps !== undefined && times === 'verbose';
  const fields = withExtra(
    {
      model: modelId,
      // The wire has languages without a region.
      language: language?.split('-')[0]?.toLowerCase(),
      prompt,
      response_format: times === 'speakers' ? 'diarized_json' : isTimed ? 'verbose_json' : 'json',
      chunking_strategy: times === 'speakers' ? 'auto' : undefined,
      'timestamp_granularities[]': isTimed ? timestamps : undefined,
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
  const isDropped =
    timestamps !== undefined && (times === 'none' || (times === 'speakers' && timestamps === 'word'));
  return { form, warnings: isDropped ? [NO_TIMES] : [] };
}

const NO_TIMES: Warning = { action: 'dropped', what: 'timestamps', why: 'this model gives none of these' };

type Heard = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** What was heard. Throws `protocol` for what is no such answer. */
export function fromTranscriptionBody(
  json: unknown,
  asked: Pick<TranscriptionRequest, 'timestamps'>,
  target: string,
): Heard {
  const { text, language, duration, segments, words, usage } = asRecord(json);
  if (typeof text !== 'string')
    throw new LlmError('protocol', `${target}: text is no text`, { target, path: 'text' });
  const durationMs = milliseconds(duration);
  const pieces = asked.timestamps === 'word' && Array.isArray(words) ? words : segments;
  return {
    text: text.trim(),
    language: languageTag(language),
    durationMs,
    segments: asList(pieces).flatMap(segmentOf),
    target,
    usage: usageOf(usage, durationMs),
    warnings: [],
  };
}

function segmentOf(raw: unknown): Heard['segments'] {
  const { text, word, start, end, speaker } = asRecord(raw);
  const startMs = milliseconds(start);
  const endMs = milliseconds(end);
  const said = asText(text) ?? asText(word);
  if (said === undefined || startMs === undefined || endMs === undefined) return [];
  return [{ text: said.trim(), startMs, endMs, ...(typeof speaker === 'string' && { speaker }) }];
}

/** The wire has seconds, some servers as text; none are below 0, or more than a computer can count. */
function milliseconds(seconds: unknown): number | undefined {
  const number = typeof seconds === 'string' ? Number(seconds) : asNumber(seconds);
  const rounded = Math.round((number ?? -1) * 1000);
  return Number.isSafeInteger(rounded) && rounded >= 0 ? rounded : undefined;
}

/** Tokens, or seconds of audio: what the wire says, else what its duration says. */
function usageOf(raw: unknown, durationMs: number | undefined): Usage | undefined {
  const { input_tokens, output_tokens, input_token_details, seconds } = asRecord(raw);
  const input = asNumber(input_tokens);
  const none = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  if (input !== undefined) {
    const inputAudio = asNumber(asRecord(input_token_details)['audio_tokens']);
    return { input, output: asNumber(output_tokens), ...none, details: { inputAudio } };
  }
  const ms = milliseconds(seconds) ?? durationMs;
  if (ms === undefined) return undefined;
  return { input: 0, output: 0, ...none, details: { units: { 'audio-second': ms / 1000 } } };
}
