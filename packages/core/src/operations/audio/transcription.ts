import { abortable } from '../../abortable.ts';
import type { Operation } from '../../chain/operation.ts';
import { LlmError } from '../../contract/llm-error.ts';
import type { MediaFitter } from '../../contract/media.ts';
import type { TranscriptionBackend } from '../../contract/provider.ts';
import type { Warning } from '../../contract/response.ts';
import type { TranscriptionRequest, TranscriptionResponse } from '../../contract/transcription.ts';
import type { Usage } from '../../contract/usage.ts';
import { asLanguage } from '../../language.ts';
import type { Place } from '../../resolve/resolve.ts';
import { asked, InOnePiece, invalid, oneOf, type Question, unitsAlone } from '../in-one-piece.ts';
import { sniffAudio } from './sniff-audio.ts';

type Heard = Omit<TranscriptionResponse, 'attempts' | 'spec'>;

/** A recording, asked of each target that takes its format and size. */
export function transcriptionOperation(
  given: TranscriptionRequest,
  media: MediaFitter | undefined,
): Operation<Heard, TranscriptionResponse> {
  // Inspected once for all targets, because measuring reads the complete recording.
  let known: ReturnType<typeof believed> | undefined;
  return {
    type: 'transcription',
    validate: () => {
      validate(given);
    },
    prepare: async (place, { signal }) => {
      const { request, warnings } = await abortable((known ??= believed(given, media)), signal);
      return new InOnePiece(questionTo(place, request, warnings));
    },
  };
}

function validate(request: TranscriptionRequest): void {
  const {
    audio,
    mediaType,
    durationMs = 1,
    language,
    timestamps,
  } = asked(request) as Partial<TranscriptionRequest>;
  if (!(audio instanceof Uint8Array)) throw invalid('audio', 'must be a Uint8Array');
  if (audio.length === 0) throw invalid('audio', 'must not be empty');
  if (typeof mediaType !== 'string' || !/^\w+\/[\w.+-]+/.test(mediaType))
    throw invalid('mediaType', `must be like audio/ogg, not ${JSON.stringify(mediaType)}`);
  if (!(durationMs > 0 && durationMs < Infinity))
    throw invalid('durationMs', `must be a number above 0, not ${durationMs}`);
  if (language !== undefined && asLanguage(language) === undefined)
    throw invalid('language', `must be a BCP 47 tag such as en or pt-BR, not "${language}"`);
  oneOf(['segment', 'word'], timestamps, 'timestamps');
}

/** Names that mean the same, by the one that is used here. */
const SAME: Readonly<Record<string, string>> = {
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

/** Bytes tell their format; a container of pictures and sound is the same whether it is called audio or video. */
async function believed(
  given: TranscriptionRequest,
  media: MediaFitter | undefined,
): Promise<{
  readonly request: TranscriptionRequest;
  readonly warnings: readonly Warning[];
}> {
  const [plain = ''] = given.mediaType.toLowerCase().split(';');
  const declared = SAME[plain.trim()] ?? plain.trim();
  const found = sniffAudio(given.audio);
  const isSame = found === undefined || found === declared || found.split('/')[1] === declared.split('/')[1];
  const mediaType = isSame ? declared : found;
  const why = `its bytes are ${mediaType}, and not ${declared}`;
  return {
    request: {
      ...given,
      mediaType,
      durationMs: (await media?.durationMs?.(given.audio)) ?? given.durationMs,
    },
    warnings: isSame ? [] : [{ action: 'coerced', what: 'mediaType', why }],
  };
}

function questionTo(
  place: Place,
  payload: TranscriptionRequest,
  warnings: readonly Warning[],
): Question<Heard, TranscriptionResponse> {
  const target = place.key;
  const backend = backendAt(place);
  checkLimits(payload, backend, target);
  return {
    target,
    payload,
    timeouts: backend.timeouts,
    warnings,
    ask: (context) => backend.transcribe(payload, context),
    usage: ({ usage }) => usage ?? byLength(payload.durationMs),
    result: (heard, prepared, facts) => ({
      ...heard,
      durationMs: heard.durationMs ?? payload.durationMs,
      usage: heard.usage ?? byLength(payload.durationMs),
      target,
      warnings: [...prepared, ...heard.warnings],
      ...facts,
    }),
  };
}

/** A recording is billed by its seconds, where no tokens are said. */
const byLength = (ms: number | undefined): Usage | undefined =>
  ms === undefined ? undefined : unitsAlone({ 'audio-second': ms / 1000 });

function backendAt({ key, provider, modelId }: Place): TranscriptionBackend {
  const backend = provider.transcriptionModel?.(modelId);
  if (backend === undefined) throw unsupported(key, 'writes nothing down');
  return backend;
}

function checkLimits(
  { audio, mediaType, durationMs = 0 }: TranscriptionRequest,
  { mediaTypes, maxBytes = Infinity, maxDurationMs = Infinity }: TranscriptionBackend,
  target: string,
): void {
  if (mediaTypes?.includes(mediaType) === false)
    throw unsupported(target, `takes no ${mediaType}, but ${mediaTypes.join(', ')}`, 'media-type');
  if (audio.length > maxBytes)
    throw unsupported(target, `takes at most ${maxBytes} bytes of audio, not ${audio.length}`, 'too-large');
  if (durationMs > maxDurationMs) {
    const most = `takes at most ${maxDurationMs / 1000} s of audio, not ${durationMs / 1000}`;
    throw unsupported(target, most, 'too-large');
  }
}

const unsupported = (target: string, why: string, code?: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}`, { target, path: 'audio', code });
