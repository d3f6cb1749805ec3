import type { TranscriptionRequest, TranscriptionResponse } from '@majordomo/core';
import { bodyBytes } from '../parsing/body.ts';
import { Notes } from '../parsing/notes.ts';
import {
  required,
  optional,
  nonEmptyString,
  oneOf,
  object,
  string,
  invalid,
  type Fields,
} from '../parsing/fields.ts';
import type { OperationResult, ParseOperation } from './operation.ts';

const TIMES = 'timestamp_granularities[]';
/** Fields that may appear only once. */
const ONCE: readonly string[] = ['file', 'model', 'language', 'prompt', 'response_format', 'stream'];
const TAKEN: ReadonlySet<string> = new Set([...ONCE, TIMES]);
const REASONS: Readonly<Record<string, string>> = { temperature: 'most targets have no form for it' };

const UNKNOWN = 'application/octet-stream';
const TYPE = /^\w+\/[\w.+-]+/;
/** Media types that OpenAI's API accepts, by file extension. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['flac', 'audio/flac'],
  ['m4a', 'audio/mp4'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['mpeg', 'audio/mpeg'],
  ['mpga', 'audio/mpeg'],
  ['oga', 'audio/ogg'],
  ['ogg', 'audio/ogg'],
  ['opus', 'audio/ogg'],
  ['wav', 'audio/wav'],
  ['webm', 'audio/webm'],
]);

type Form = 'json' | 'text' | 'verbose_json';
type Timestamps = NonNullable<TranscriptionRequest['timestamps']>;

/** `POST /v1/audio/transcriptions`. */
export const parseTranscriptions: ParseOperation = async (request, mostBytes) => {
  const form = await formOf(request, mostBytes);
  const body = fieldsOf(form);
  const notes = new Notes();
  notes.unknown(body, TAKEN, REASONS);
  if (optional(body, 'stream', oneOf('true', 'false')) === 'true')
    invalid('stream', 'is not taken: a transcript comes whole');
  const told = optional(body, 'response_format', oneOf<Form>('json', 'text', 'verbose_json')) ?? 'json';
  const asked: TranscriptionRequest = {
    ...(await recordingOf(form)),
    language: optional(body, 'language', string),
    prompt: optional(body, 'prompt', string),
    timestamps: timestampsOf(form, told, notes),
  };
  return {
    model: required(body, 'model', nonEmptyString),
    metadata: undefined,
    notes: notes.all,
    run: async (majordomo, spec, options) =>
      transcriptAnswer(await majordomo.transcriptionModel(spec).transcribe(asked, options), told, asked),
  };
};

async function formOf(request: Request, mostBytes: number): Promise<FormData> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) invalid('', 'must be a form (multipart/form-data)');
  const bytes = await bodyBytes(request, mostBytes);
  try {
    // Deprecated for what it holds in memory, which is bounded here.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return await new Response(bytes, { headers: { 'content-type': type } }).formData();
  } catch {
    return invalid('', 'is no form that can be read');
  }
}

/** An empty field is one that was left out. */
function fieldsOf(form: FormData): Fields {
  for (const field of ONCE) {
    if (form.getAll(field).length > 1) invalid(field, 'must be given once');
  }
  return object(Object.fromEntries([...form].filter(([, value]) => value !== '')), '');
}

async function recordingOf(form: FormData): Promise<Pick<TranscriptionRequest, 'audio' | 'mediaType'>> {
  const file = form.get('file');
  if (file === null) return invalid('file', 'is required (a recording)');
  if (typeof file === 'string') return invalid('file', 'must be a file, and is a text');
  const audio = new Uint8Array(await file.arrayBuffer());
  if (audio.length === 0) invalid('file', 'must not be empty');
  return { audio, mediaType: mediaTypeOf(file) };
}

/** Returns the media type of the form, or that of the file name. curl does not know the types of audio files. */
function mediaTypeOf({ type, name: fileName }: File): string {
  if (TYPE.test(type) && type !== UNKNOWN) return type;
  const ending = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return TYPES.get(ending) ?? UNKNOWN;
}

function timestampsOf(form: FormData, told: Form, notes: Notes): Timestamps | undefined {
  const asked = form.getAll(TIMES).map((value) => oneOf<Timestamps>('segment', 'word')(value, TIMES));
  if (told !== 'verbose_json') {
    if (asked.length > 0) notes.dropped(TIMES, 'times come with verbose_json alone');
    return undefined;
  }
  if (new Set(asked).size > 1) notes.dropped(`${TIMES}=segment`, 'one kind of times is told at a time');
  return asked.includes('word') ? 'word' : 'segment';
}

function transcriptAnswer(
  response: TranscriptionResponse,
  form: Form,
  { timestamps }: TranscriptionRequest,
): OperationResult {
  if (form === 'text')
    return { body: `${response.text}\n`, mediaType: 'text/plain; charset=utf-8', result: response };
  const told = timestamps === undefined ? { text: response.text } : verbose(response, timestamps);
  return { body: JSON.stringify(told), mediaType: 'application/json', result: response };
}

/** Times in seconds, as the wire has them. */
function verbose(
  { text: said, language, durationMs, segments }: TranscriptionResponse,
  timestamps: Timestamps,
): object {
  const places = segments.map((segment, id) => {
    const [start, end] = [segment.startMs / 1000, segment.endMs / 1000];
    return timestamps === 'word'
      ? { word: segment.text, start, end }
      : { id, start, end, text: segment.text };
  });
  return {
    task: 'transcribe',
    ...(language === undefined ? {} : { language }),
    ...(durationMs === undefined ? {} : { duration: durationMs / 1000 }),
    text: said,
    [timestamps === 'word' ? 'words' : 'segments']: places,
  };
}
