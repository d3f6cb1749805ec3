import type { SpeechRequest } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { jsonBody } from '../parsing/body.ts';
import { Notes } from '../parsing/notes.ts';
import {
  required,
  optional,
  nonEmptyString,
  number,
  oneOf,
  object,
  string,
  type Parser,
} from '../parsing/fields.ts';
import type { ParseOperation } from './operation.ts';

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

/** `POST /v1/audio/speech`: complete audio, so that the chain can fail over until its end. */
export const parseSpeech: ParseOperation = async (request, mostBytes) => {
  const body = object(await jsonBody(request, mostBytes), '');
  const notes = new Notes();
  notes.unknown(body, TAKEN);
  optional(body, 'stream_format', oneOf('audio'));
  const asked: SpeechRequest = {
    text: required(body, 'input', nonEmptyString),
    voice: optional(body, 'voice', voice),
    // Default format of this wire.
    format: optional(body, 'response_format', oneOf<Format>('mp3', 'wav', 'opus', 'flac', 'pcm')) ?? 'mp3',
    speed: optional(body, 'speed', number(0.25, 4)),
    instructions: optional(body, 'instructions', string),
  };
  return {
    model: required(body, 'model', nonEmptyString),
    metadata: undefined,
    notes: notes.all,
    async run(majordomo, spec, options) {
      const result = await majordomo.speechModel(spec).speak(asked, options);
      return { body: new Uint8Array(result.audio), mediaType: result.mediaType, result };
    },
  };
};

/** A name, or the id of one of the caller's own at the vendor. */
const voice: Parser<string> = (value, path) =>
  isRecord(value) ? required(object(value, path), 'id', nonEmptyString) : nonEmptyString(value, path);
