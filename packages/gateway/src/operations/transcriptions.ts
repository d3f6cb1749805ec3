import type { TranscriptionRequest, TranscriptionResponse } from '@majordomo/core';
import { bodyBytes } from '../reading/body.ts';
import { Notes } from '../reading/notes.ts';
import { get, maybe, name, oneOf, record, text, wrong, type Members } from '../reading/read.ts';
import type { OperationAnswer, ReadOperation } from './operation.ts';

const TAKEN: ReadonlySet<string> = new Set([
  'file',
  'model',
  'language',
  'prompt',
  'response_format',
  'stream',
  'timestamp_granularities[]',
]);
const REASONS: Readonly<Record<string, string>> = { temperature: 'most targets have no form for it' };

type Form = 'json' | 'text' | 'verbose_json';
type Timestamps = NonNullable<TranscriptionRequest['timestamps']>;

/** `POST /v1/audio/transcriptions`. */
export const readTranscriptions: ReadOperation = async (request, mostBytes) => {
  const form = await formOf(request, mostBytes);
  const body = record(Object.fromEntries(form), '');
  const notes = new Notes();
  notes.rest(body, TAKEN, REASONS);
  if (maybe(body, 'stream', text) === 'true') wrong('stream', 'is not taken: a transcript comes whole');
  const told = maybe(body, 'response_format', oneOf<Form>('json', 'text', 'verbose_json')) ?? 'json';
  const asked: TranscriptionRequest = {
    ...(await recordingOf(form)),
    language: maybe(body, 'language', text),
    prompt: maybe(body, 'prompt', text),
    timestamps: told === 'verbose_json' ? timestampsOf(body) : undefined,
  };
  return {
    model: get(body, 'model', name),
    metadata: undefined,
    notes: notes.all,
    answer: async (majordomo, spec, options) =>
      transcriptAnswer(await majordomo.transcriptionModel(spec).transcribe(asked, options), told, asked),
  };
};

async function formOf(request: Request, mostBytes: number): Promise<FormData> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data;/i.test(type)) wrong('', 'must be a form (multipart/form-data)');
  const bytes = await bodyBytes(request, mostBytes);
  try {
    // Deprecated for what it holds in memory, which is bounded here.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return await new Response(bytes, { headers: { 'content-type': type } }).formData();
  } catch {
    return wrong('', 'is no form that can be read');
  }
}

async function recordingOf(form: FormData): Promise<Pick<TranscriptionRequest, 'audio' | 'mediaType'>> {
  const file = form.get('file');
  if (file === null) return wrong('file', 'is required (a recording)');
  if (typeof file === 'string') return wrong('file', 'must be a file, and is a text');
  const audio = new Uint8Array(await file.arrayBuffer());
  if (audio.length === 0) wrong('file', 'must not be empty');
  return { audio, mediaType: file.type === '' ? 'application/octet-stream' : file.type };
}

const timestampsOf = (body: Members): Timestamps =>
  maybe(body, 'timestamp_granularities[]', oneOf<Timestamps>('segment', 'word')) ?? 'segment';

function transcriptAnswer(
  response: TranscriptionResponse,
  form: Form,
  { timestamps }: TranscriptionRequest,
): OperationAnswer {
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
