import type { Operation } from '../call/contract.ts';
import { checkOneOf, invalidError, unsupportedError } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import type { TranscriptionRequest, TranscriptionResponse } from '../types/operations.ts';
import type { MediaFitter, TranscriptionBackend } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { abortable } from '../util/async.ts';
import { sniffAudio } from '../util/media-type.ts';
import { checkRequest, prepareSingle, type SingleRequest, usageOfUnits } from './single-response.ts';

type BackendResponse = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** Creates the operation that transcribes a recording. */
export function transcriptionOperation(
  request: TranscriptionRequest,
  media: MediaFitter | undefined,
): Operation<BackendResponse, TranscriptionResponse> {
  // Inspect the recording once for all targets, because the measurement reads the complete recording.
  let inspected: ReturnType<typeof inspectAudio> | undefined;
  return {
    type: 'transcription',
    validate: () => {
      validate(request);
    },
    prepare: async (target, { signal }) => {
      inspected ??= inspectAudio(request, media);
      const { payload, warnings } = await abortable(inspected, signal);
      return prepareSingle(singleRequest(target, payload, warnings));
    },
  };
}

const MEMBERS = ['audio', 'mediaType', 'durationMs', 'language', 'prompt', 'timestamps', 'extra'] as const;

function validate(request: TranscriptionRequest): void {
  const {
    audio,
    mediaType,
    durationMs = 1,
    language,
    timestamps,
  } = checkRequest(request, MEMBERS, { file: 'audio' });
  if (!(audio instanceof Uint8Array)) throw invalidError('audio', 'must be a Uint8Array');
  if (audio.length === 0) throw invalidError('audio', 'must not be empty');
  if (typeof mediaType !== 'string' || !/^\w+\/[\w.+-]+/.test(mediaType))
    throw invalidError('mediaType', `must be like audio/ogg, not ${JSON.stringify(mediaType)}`);
  if (!(durationMs > 0 && durationMs < Infinity))
    throw invalidError('durationMs', `must be a finite number above 0, not ${durationMs}`);
  if (language !== undefined && asLanguage(language) === undefined)
    throw invalidError('language', `must be a BCP 47 tag such as en or pt-BR, not "${language}"`);
  checkOneOf(timestamps, ['segment', 'word'], 'timestamps');
}

/** Canonical media types, by synonym. */
const SYNONYMS: Readonly<Record<string, string>> = {
  'audio/mp3': 'audio/mpeg',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/vnd.wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/opus': 'audio/ogg',
  'application/ogg': 'audio/ogg',
  'video/webm': 'audio/webm',
};

/**
 * Determines the media type from the bytes, because the declared type may be wrong. `audio/…` and `video/…` of the same
 * container are considered equal.
 */
async function inspectAudio(
  request: TranscriptionRequest,
  media: MediaFitter | undefined,
): Promise<{
  readonly payload: TranscriptionRequest;
  readonly warnings: readonly Warning[];
}> {
  const [plain = ''] = request.mediaType.toLowerCase().split(';');
  const declared = SYNONYMS[plain.trim()] ?? plain.trim();
  const sniffed = sniffAudio(request.audio);
  const isSame = sniffed === undefined || sniffed.split('/')[1] === declared.split('/')[1];
  const mediaType = isSame ? declared : sniffed;
  const why = `its bytes are ${mediaType}, and not ${declared}`;
  return {
    payload: {
      ...request,
      mediaType,
      durationMs: (await media?.durationMs?.(request.audio)) ?? request.durationMs,
    },
    warnings: isSame ? [] : [{ action: 'coerced', what: 'mediaType', why }],
  };
}

function singleRequest(
  target: Target,
  payload: TranscriptionRequest,
  warnings: readonly Warning[],
): SingleRequest<BackendResponse, TranscriptionResponse> {
  const { key } = target;
  const backend = target.provider.transcriptionModel?.(target.modelId);
  if (backend === undefined) throw unsupportedError(key, 'does not transcribe audio');
  checkLimits(payload, backend, key);
  return {
    target: key,
    payload,
    timeouts: backend.timeouts,
    warnings,
    send: (context) => backend.transcribe(payload, context),
    usage: ({ usage }) => usage ?? usageOfDuration(payload.durationMs),
    result: (response, requestWarnings, facts) => ({
      ...response,
      durationMs: response.durationMs ?? payload.durationMs,
      usage: response.usage ?? usageOfDuration(payload.durationMs),
      target: key,
      warnings: [...requestWarnings, ...response.warnings],
      ...facts,
    }),
  };
}

/** Returns the usage in seconds, for a vendor that reports none, because most vendors bill by the second. */
const usageOfDuration = (ms: number | undefined): Usage | undefined =>
  ms === undefined ? undefined : usageOfUnits({ 'audio-second': ms / 1000 });

function checkLimits(
  { audio, mediaType, durationMs = 0 }: TranscriptionRequest,
  { mediaTypes, maxBytes = Infinity, maxDurationMs = Infinity }: TranscriptionBackend,
  target: string,
): void {
  const fail = (problem: string, code: string): never => {
    throw unsupportedError(target, problem, { path: 'audio', code });
  };
  if (mediaTypes?.includes(mediaType) === false)
    fail(`accepts ${mediaTypes.join(', ')}, not ${mediaType}`, 'media-type');
  if (audio.length > maxBytes)
    fail(`accepts at most ${maxBytes} bytes of audio, not ${audio.length}`, 'too-large');
  if (durationMs > maxDurationMs)
    fail(`accepts at most ${maxDurationMs / 1000} s of audio, not ${durationMs / 1000}`, 'too-large');
}

/** Returns a BCP 47 tag in its canonical form; `undefined` for an invalid tag. */
export function asLanguage(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? Intl.getCanonicalLocales(value)[0] : undefined;
  } catch {
    return undefined;
  }
}
