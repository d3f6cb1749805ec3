import { LlmError, type SpeechRequest, type Warning } from '@majordomo/core';
import { jsonBody, withExtra } from './extra.ts';
import type { SpeechQuirks } from './quirks.ts';

/** The key of `SpeechRequest.extra` for this wire. */
const WIRE = 'openai-speech';

/** What comes where the answer does not say it. */
export const SPEECH_TYPES: Readonly<Record<NonNullable<SpeechRequest['format']>, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  pcm: 'audio/pcm',
};

/** The wire's own format, where none is asked for. */
const DEFAULT = 'mp3';

/** A request as the wire has it. */
export interface SpeechCall {
  readonly body: string;
  readonly mediaType: string;
  readonly warnings: readonly Warning[];
}

/** Throws `unsupported` for a format that the model has not, `invalid-request` where a voice is needed. */
export function toSpeechCall(
  request: SpeechRequest,
  modelId: string,
  { formats, voice: usual, instructions: listens }: SpeechQuirks,
  target: string,
): SpeechCall {
  const { text, voice = usual, format, speed, instructions } = request;
  const sent = format ?? (formats.includes(DEFAULT) ? undefined : formats[0]);
  if (format !== undefined && !formats.includes(format))
    throw new LlmError('unsupported', `${target} speaks ${formats.join(', ')}, and not ${format}`, {
      target,
      path: 'format',
    });
  const isDropped = instructions !== undefined && !listens;
  const body = withExtra(
    {
      model: modelId,
      input: text,
      voice,
      response_format: sent,
      speed,
      instructions: listens ? instructions : undefined,
    },
    request,
    WIRE,
    target,
  );
  return {
    body: jsonBody(body),
    mediaType: SPEECH_TYPES[sent ?? DEFAULT],
    warnings: isDropped ? [DEAF] : [],
  };
}

const DEAF: Warning = { action: 'dropped', what: 'instructions', why: 'this model does not listen to them' };
