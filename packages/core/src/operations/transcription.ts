import type { Operation } from '../call/call.ts';
import type { Target } from '../resolve/resolve.ts';
import { LlmError } from '../types/llm-error.ts';
import type { TranscriptionRequest, TranscriptionResponse } from '../types/operations.ts';
import type { MediaFitter, TranscriptionBackend } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { abortable } from '../util/async.ts';
import { asked, InOnePiece, invalid, oneOf, type Question, unitsAlone } from './single-response.ts';

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
  place: Target,
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

function backendAt({ key, provider, modelId }: Target): TranscriptionBackend {
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

/** Letters at a place; `null` is any. */
type Sign = readonly [at: number, letters: string, type: string];

/** From the formats' own documents. */
const SIGNS: readonly Sign[] = [
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

const LONGEST = 16;

/** The media type of a recording by its first bytes; `undefined` for anything else. */
export function sniffAudio(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, LONGEST));
  const known = SIGNS.find(([at, letters]) => head.startsWith(letters, at));
  return known?.[2] ?? frameType(bytes);
}

/** Streams without a header begin with the sync word of a frame: layers 2 and 3 of MPEG, or AAC, whose layer is 0. */
function frameType([first = 0, second = 0, third = 0xff]: Uint8Array): string | undefined {
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  const layer = (second >> 1) & 3;
  if (layer === 0) return (second & 0xf0) === 0xf0 ? 'audio/aac' : undefined;
  const isReserved = ((second >> 3) & 3) === 1 || third >> 4 === 15 || ((third >> 2) & 3) === 3;
  return layer === 3 || isReserved ? undefined : 'audio/mpeg';
}

/** A BCP 47 tag in its canonical form; `undefined` for anything else. */
export function asLanguage(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? Intl.getCanonicalLocales(value)[0] : undefined;
  } catch {
    return undefined;
  }
}
