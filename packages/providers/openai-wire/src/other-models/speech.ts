import { LlmError, type SpeechRequest, type Warning } from '@majordomo/core';
import { jsonBody, mergeExtra } from './extra.ts';
import type { SpeechQuirks } from './quirks.ts';

/** Key of this API in `SpeechRequest.extra`. */
const WIRE = 'openai-speech';

/** Media types by format, for responses whose content type is not audio. */
const SPEECH_TYPES: Readonly<Record<NonNullable<SpeechRequest['format']>, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  pcm: 'audio/pcm',
};

/** Format that the API returns if the request specifies none. */
const DEFAULT_FORMAT = 'mp3';

/** Body and warnings of a converted request, and the media type of the speech. */
export interface SpeechCall {
  readonly body: string;
  readonly mediaType: string;
  readonly warnings: readonly Warning[];
}

/** Converts a request. Throws `unsupported` for a format that the model does not support. */
export function toSpeechCall(
  request: SpeechRequest,
  modelId: string,
  { formats, voice: defaultVoice, instructions: hasInstructions }: SpeechQuirks,
  target: string,
): SpeechCall {
  const { text, voice = defaultVoice, format, speed, instructions } = request;
  const sent = format ?? (formats.includes(DEFAULT_FORMAT) ? undefined : formats[0]);
  if (format !== undefined && !formats.includes(format)) {
    const message = `${target}: the format ${format} is not available; use one of ${formats.join(', ')}`;
    throw new LlmError('unsupported', message, { target, path: 'format' });
  }
  const isDropped = instructions !== undefined && !hasInstructions;
  const body = mergeExtra(
    {
      model: modelId,
      input: text,
      voice,
      response_format: sent,
      speed,
      instructions: hasInstructions ? instructions : undefined,
    },
    request,
    WIRE,
    target,
  );
  return {
    body: jsonBody(body),
    mediaType: SPEECH_TYPES[sent ?? DEFAULT_FORMAT],
    warnings: isDropped ? [NO_INSTRUCTIONS] : [],
  };
}

const NO_INSTRUCTIONS: Warning = {
  action: 'dropped',
  what: 'instructions',
  why: 'this model does not accept instructions',
};
