import type { Operation } from '../call/call.ts';
import { checkOneOf, invalidError } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { LlmError } from '../types/llm-error.ts';
import type { TranscriptionRequest, TranscriptionResponse } from '../types/operations.ts';
import type { MediaFitter, TranscriptionBackend } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { abortable } from '../util/async.ts';
import { checkRequest, prepareSingle, type SingleRequest, usageOfUnits } from './single-response.ts';

type BackendResponse = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** Creates the operation that transcribes a recording. */
export function transcriptionOperation(
  request: TranscriptionRequest,
  media: MediaFitter | undefined,
): Operation<BackendResponse, TranscriptionResponse> {
  // Inspected once for all targets, because measuring reads the complete recording.
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
    throw invalidError('durationMs', `must be a number above 0, not ${durationMs}`);
  if (language !== undefined && asLanguage(language) === undefined)
    throw invalidError('language', `must be a BCP 47 tag such as en or pt-BR, not "${language}"`);
  checkOneOf(timestamps, ['segment', 'word'], 'timestamps');
}

/** Media types by their other names. */
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
 * Determines the media type from the bytes, because a declared one may be wrong. `audio/…` and `video/…` of the same container
 * count as equal.
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
  const backend = backendOf(target);
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

/** Usage of a vendor that reports none: transcription is usually billed by the second. */
const usageOfDuration = (ms: number | undefined): Usage | undefined =>
  ms === undefined ? undefined : usageOfUnits({ 'audio-second': ms / 1000 });

function backendOf({ key, provider, modelId }: Target): TranscriptionBackend {
  const backend = provider.transcriptionModel?.(modelId);
  if (backend === undefined) throw unsupportedError(key, 'does not transcribe audio');
  return backend;
}

function checkLimits(
  { audio, mediaType, durationMs = 0 }: TranscriptionRequest,
  { mediaTypes, maxBytes = Infinity, maxDurationMs = Infinity }: TranscriptionBackend,
  target: string,
): void {
  if (mediaTypes?.includes(mediaType) === false)
    throw unsupportedError(target, `accepts ${mediaTypes.join(', ')}, not ${mediaType}`, 'media-type');
  if (audio.length > maxBytes)
    throw unsupportedError(
      target,
      `accepts at most ${maxBytes} bytes of audio, not ${audio.length}`,
      'too-large',
    );
  if (durationMs > maxDurationMs) {
    const problem = `accepts at most ${maxDurationMs / 1000} s of audio, not ${durationMs / 1000}`;
    throw unsupportedError(target, problem, 'too-large');
  }
}

const unsupportedError = (target: string, why: string, code?: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}`, { path: 'audio', code });

type Signature = readonly [offset: number, bytes: string, mediaType: string];

/** File signatures, from the specifications of the formats. */
const SIGNATURES: readonly Signature[] = [
  [8, 'WAVE', 'audio/wav'],
  [0, 'fLaC', 'audio/flac'],
  [0, 'OggS', 'audio/ogg'],
  [0, 'ID3', 'audio/mpeg'],
  [4, 'ftypM4A', 'audio/mp4'],
  [4, 'ftypM4B', 'audio/mp4'],
  [4, 'ftyp', 'video/mp4'],
  [0, '\u001aE\u00df\u00a3', 'audio/webm'],
  [0, '#!AMR', 'audio/amr'],
  [8, 'AIFF', 'audio/aiff'],
];

const SIGNATURE_LENGTH = 16;

/** Returns the media type of a recording by its first bytes; `undefined` for an unknown format. */
export function sniffAudio(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, SIGNATURE_LENGTH));
  const match = SIGNATURES.find(([offset, signature]) => head.startsWith(signature, offset));
  return match?.[2] ?? frameType(bytes);
}

/** Returns the type of a stream without a header: it begins with a frame of MPEG layer 2 or 3, or of AAC (layer 0). */
function frameType([first = 0, second = 0, third = 0xff]: Uint8Array): string | undefined {
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  const layer = (second >> 1) & 3;
  if (layer === 0) return (second & 0xf0) === 0xf0 ? 'audio/aac' : undefined;
  const isReserved = ((second >> 3) & 3) === 1 || third >> 4 === 15 || ((third >> 2) & 3) === 3;
  return layer === 3 || isReserved ? undefined : 'audio/mpeg';
}

/** Returns a BCP 47 tag in its canonical form; `undefined` for an invalid tag. */
export function asLanguage(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? Intl.getCanonicalLocales(value)[0] : undefined;
  } catch {
    return undefined;
  }
}
