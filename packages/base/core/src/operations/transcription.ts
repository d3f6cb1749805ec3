import type { Operation } from '../call/contract.ts';
import { unsupportedError } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import type {
  TranscriptionRequest,
  TranscriptionResponse,
  TranscriptStreamEvent,
} from '../types/operations.ts';
import type { MediaFitter, ModelContext, TranscriptionBackend } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { abortable } from '../util/async.ts';
import { anything, bytes, matching, oneOf, positive, text, where } from '../util/checks.ts';
import { sniffAudio } from '../util/media-type.ts';
import {
  prepareSingle,
  prepareStreamed,
  type StreamItem,
  type SingleRequest,
  type StreamedRequest,
  usageOfUnits,
  requestCheck,
} from './single-response.ts';

type BackendResponse = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** Item of a streamed transcription. */
type TranscriptItem = Exclude<TranscriptStreamEvent, { readonly type: 'done' }>;

/** Event of the operation that transcribes a recording. */
export type TranscriptionEvent = StreamItem<TranscriptItem> | BackendResponse;

/** Creates the operation that transcribes a recording. `isStreamed` states whether the caller reads the text as it is recognized. */
export function transcriptionOperation(
  request: TranscriptionRequest,
  media: MediaFitter | undefined,
  isStreamed: boolean,
): Operation<TranscriptionEvent, TranscriptionResponse> {
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
      const backend = backendOf(target, payload);
      const single = singleRequest(target.key, backend, payload, warnings);
      return isStreamed && backend.transcribeStream !== undefined
        ? prepareStreamed(streamedRequest(backend, payload, single))
        : prepareSingle(single);
    },
  };
}

const validate = requestCheck<TranscriptionRequest>(
  {
    audio: where(bytes, ({ length }) => length > 0, 'must not be empty'),
    mediaType: matching(/^\w+\/[\w.+-]+/, 'must be like audio/ogg'),
  },
  {
    durationMs: positive,
    language: where(
      text,
      (language) => asLanguage(language) !== undefined,
      'must be a BCP 47 tag such as en or pt-BR',
    ),
    prompt: anything,
    timestamps: oneOf('segment', 'word'),
    extra: anything,
  },
  { file: 'audio' },
);

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

function backendOf({ key, provider, modelId }: Target, payload: TranscriptionRequest): TranscriptionBackend {
  const backend = provider.transcriptionModel?.(modelId);
  if (backend === undefined) throw unsupportedError(key, 'does not transcribe audio');
  checkLimits(payload, backend, key);
  return backend;
}

function singleRequest(
  target: string,
  backend: TranscriptionBackend,
  payload: TranscriptionRequest,
  warnings: readonly Warning[],
): SingleRequest<BackendResponse, TranscriptionResponse> {
  return {
    target,
    payload,
    timeouts: backend.timeouts,
    warnings,
    send: (context) => backend.transcribe(payload, context),
    usage: ({ usage }) => usage ?? usageOfDuration(payload.durationMs),
    result: (response, common) => ({
      ...response,
      durationMs: response.durationMs ?? payload.durationMs,
      ...common,
    }),
  };
}

/** Adds the stream of texts and segments. */
const streamedRequest = (
  backend: TranscriptionBackend,
  payload: TranscriptionRequest,
  single: SingleRequest<BackendResponse, TranscriptionResponse>,
): StreamedRequest<BackendResponse, TranscriptionResponse, TranscriptItem> => ({
  ...single,
  stream: (context) => streamTranscript(backend, payload, context),
  partialOf(items) {
    const text = items.map((item) => (item.type === 'delta' ? item.text : '')).join('');
    return { parts: [{ type: 'text', text }], text };
  },
});

/**
 * Yields the events of a backend. Not a function inside `streamedRequest`, because V8 would keep the request in memory until the next
 * full garbage collection; see `sendSingle`.
 */
async function* streamTranscript(
  backend: TranscriptionBackend,
  payload: TranscriptionRequest,
  context: ModelContext,
): AsyncGenerator<TranscriptionEvent, void> {
  for await (const step of backend.transcribeStream?.(payload, context) ?? []) {
    if (typeof step === 'string') yield { item: { type: 'delta', text: step } };
    else if ('startMs' in step) yield { item: { type: 'segment', segment: step } };
    else yield step;
  }
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
