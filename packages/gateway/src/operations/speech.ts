import type { SpeechRequest } from '@majordomo/core';
import { isRecord } from '@majordomo/core/provider';
import { jsonBody } from '../reading/body.ts';
import { Notes } from '../reading/notes.ts';
import { get, maybe, name, number, oneOf, record, text, type Read } from '../reading/read.ts';
import type { ReadOperation } from './operation.ts';

const TAKEN: ReadonlySet<string> = new Set([
  'model',
  'input',
  'voice',
  'response_format',
  'speed',
  'instructions',
  'stream_format',
]);

type Format = NonNullable<SpeechRequest['format']>;

/** `POST /v1/audio/speech`: the whole sound, so that the chain may fail over to its end. */
export const readSpeech: ReadOperation = async (request, mostBytes) => {
  const body = record(await jsonBody(request, mostBytes), '');
  const notes = new Notes();
  notes.rest(body, TAKEN);
  maybe(body, 'stream_format', oneOf('audio'));
  const asked: SpeechRequest = {
    text: get(body, 'input', name),
    voice: maybe(body, 'voice', voice),
    // What clients of this wire expect who say nothing.
    format: maybe(body, 'response_format', oneOf<Format>('mp3', 'wav', 'opus', 'flac', 'pcm')) ?? 'mp3',
    speed: maybe(body, 'speed', number(0.25, 4)),
    instructions: maybe(body, 'instructions', text),
  };
  return {
    model: get(body, 'model', name),
    metadata: undefined,
    notes: notes.all,
    async answer(majordomo, spec, options) {
      const result = await majordomo.speechModel(spec).speak(asked, options);
      return { body: new Uint8Array(result.audio), mediaType: result.mediaType, result };
    },
  };
};

/** A name, or the id of one of the caller's own at the vendor. */
const voice: Read<string> = (value, path) =>
  isRecord(value) ? get(record(value, path), 'id', name) : name(value, path);
