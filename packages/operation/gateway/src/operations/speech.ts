import type { SpeechRequest } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { jsonBody } from '../parsing/body.ts';
import { Notes } from '../parsing/notes.ts';
import { nonEmptyString, number, oneOf, object, string, type Parser } from '../parsing/fields.ts';
import type { ParseOperation } from './operation.ts';

type Format = NonNullable<SpeechRequest['format']>;

/** Parses `POST /v1/audio/speech`. The response is sent when the audio is complete, so the chain can fail over until then. */
export const parseSpeech: ParseOperation = async (request, limits) => {
  const body = object(await jsonBody(request, limits), '');
  const notes = new Notes();
  body.optional('stream_format', oneOf('audio'));
  const speech: SpeechRequest = {
    text: body.required('input', nonEmptyString),
    voice: body.optional('voice', voice),
    // `mp3` is the default of this wire.
    format: body.optional('response_format', oneOf<Format>('mp3', 'wav', 'opus', 'flac', 'pcm')) ?? 'mp3',
    speed: body.optional('speed', number(0.25, 4)),
    instructions: body.optional('instructions', string),
  };
  const model = body.required('model', nonEmptyString);
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body);
  return {
    model,
    notes: notes.all,
    async run(majordomo, spec, options) {
      const result = await majordomo.speechModel(spec).speak(speech, options);
      return { body: new Uint8Array(result.audio), mediaType: result.mediaType, result };
    },
  };
};

/** Parses the name of a voice, or an object that contains the id of a custom voice. */
const voice: Parser<string> = (value, path) =>
  isRecord(value) ? object(value, path).required('id', nonEmptyString) : nonEmptyString(value, path);
