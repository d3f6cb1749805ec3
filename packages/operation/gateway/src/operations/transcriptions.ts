import type { TranscriptionRequest, TranscriptionResponse } from '@majordomo/core';
import { formBody, formFields } from '../parsing/form.ts';
import { Notes } from '../parsing/notes.ts';
import { nonEmptyString, oneOf, string, invalid } from '../parsing/fields.ts';
import { jsonResult, type OperationResult, type ParseOperation } from './operation.ts';

const TIMES = 'timestamp_granularities[]';
/** Fields of the form that may appear only once. */
const ONCE: readonly string[] = ['file', 'model', 'language', 'prompt', 'response_format', 'stream'];
const REASONS: ReadonlyMap<string, string> = new Map([['temperature', 'most targets do not support it']]);

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

/** Parses `POST /v1/audio/transcriptions`. */
export const parseTranscriptions: ParseOperation = async (request, limits) => {
  const form = await formBody(request, limits);
  const body = formFields(form, ONCE, ['file', TIMES]);
  const notes = new Notes();
  if (body.optional('stream', oneOf('true', 'false')) === 'true')
    invalid('stream', 'is not supported, because one response contains the transcript; omit it');
  const format = body.optional('response_format', oneOf<Form>('json', 'text', 'verbose_json')) ?? 'json';
  const transcription: TranscriptionRequest = {
    ...(await recordingOf(form)),
    language: body.optional('language', string),
    prompt: body.optional('prompt', string),
    timestamps: timestampsOf(form, format, notes),
  };
  const model = body.required('model', nonEmptyString);
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body, REASONS);
  return {
    model,
    notes: notes.all,
    run: async (majordomo, spec, options) =>
      transcriptResult(
        await majordomo.transcriptionModel(spec).transcribe(transcription, options),
        format,
        transcription,
      ),
  };
};

async function recordingOf(form: FormData): Promise<Pick<TranscriptionRequest, 'audio' | 'mediaType'>> {
  const file = form.get('file');
  if (file === null) return invalid('file', 'is missing; it must be a recording');
  if (typeof file === 'string') return invalid('file', 'must be a file, not a string');
  const audio = new Uint8Array(await file.arrayBuffer());
  if (audio.length === 0) invalid('file', 'must not be empty');
  return { audio, mediaType: mediaTypeOf(file) };
}

/** Returns the media type of a file. Without a type, uses the file extension, because curl sends no types of audio files. */
function mediaTypeOf({ type, name: fileName }: File): string {
  if (TYPE.test(type) && type !== UNKNOWN) return type;
  const ending = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return TYPES.get(ending) ?? UNKNOWN;
}

function timestampsOf(form: FormData, format: Form, notes: Notes): Timestamps | undefined {
  const times = form.getAll(TIMES).map((value) => oneOf<Timestamps>('segment', 'word')(value, TIMES));
  if (format !== 'verbose_json') {
    if (times.length > 0) notes.dropped(TIMES, 'only verbose_json contains times');
    return undefined;
  }
  if (new Set(times).size > 1)
    notes.dropped(`${TIMES}=segment`, 'a response contains times of words or of segments');
  return times.includes('word') ? 'word' : 'segment';
}

function transcriptResult(
  response: TranscriptionResponse,
  form: Form,
  { timestamps }: TranscriptionRequest,
): OperationResult {
  if (form === 'text')
    return { body: `${response.text}\n`, mediaType: 'text/plain; charset=utf-8', result: response };
  const body = timestamps === undefined ? { text: response.text } : verbose(response, timestamps);
  return jsonResult(body, response);
}

/** Formats a response with the times of segments or words, in seconds. */
function verbose(
  { text, language, durationMs, segments }: TranscriptionResponse,
  timestamps: Timestamps,
): object {
  const ranges = segments.map((segment, id) => {
    const start = segment.startMs / 1000;
    const end = segment.endMs / 1000;
    return timestamps === 'word'
      ? { word: segment.text, start, end }
      : { id, start, end, text: segment.text };
  });
  return {
    task: 'transcribe',
    ...(language === undefined ? {} : { language }),
    ...(durationMs === undefined ? {} : { duration: durationMs / 1000 }),
    text,
    [timestamps === 'word' ? 'words' : 'segments']: ranges,
  };
}
