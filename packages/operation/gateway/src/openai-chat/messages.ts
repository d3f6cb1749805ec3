import type { AssistantPart, UserPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { content, joinedText, reasoningPart, resultContent, textPart } from '../parsing/content.ts';
import { toolCallPart } from '../parsing/tools.ts';
import { imageOf, urlPart, type Media } from '../parsing/media.ts';
import { fileById, fileDataPart, TEXT_MEMBERS } from '../parsing/openai.ts';
import {
  nonEmptyString,
  oneOf,
  object,
  objects,
  string,
  invalid,
  type Fields,
  type Parser,
} from '../parsing/fields.ts';
import { tokenOf } from '../parsing/replay-token.ts';
import type { Notes } from '../parsing/notes.ts';
import { Transcript } from '../parsing/transcript.ts';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

/** Converts the messages of a request to a transcript. */
export function chatMessages(body: Fields, media: Media, notes: Notes): Transcript {
  const transcript = new Transcript(notes);
  const read = objects((turn) => {
    addTurn(turn, transcript, media);
  });
  if (body.required('messages', read).length === 0) invalid('messages', 'must not be empty');
  return transcript;
}

function addTurn(turn: Fields, transcript: Transcript, media: Media): void {
  const { notes } = transcript;
  const toPart = (part: Fields): readonly UserPart[] => userPart(part, media, notes);
  switch (turn.required('role', oneOf(...ROLES))) {
    case 'system':
    case 'developer':
      transcript.system(turn.required('content', texts(notes)));
      break;
    case 'user':
      transcript.user(turn.required('content', content(toPart)));
      break;
    case 'assistant':
      transcript.assistant(assistantParts(turn, notes));
      break;
    case 'tool':
      transcript.result(
        turn.required('tool_call_id', nonEmptyString),
        turn.required('content', resultContent(toPart)),
      );
      break;
  }
  notes.unparsedInElement(turn, 'message', ...REPEATED);
}

/** Members of an earlier response that the content or `reasoning_details` of the turn repeats. */
const REPEATED = ['annotations', 'reasoning', 'reasoning_content'];

const texts = (notes: Notes): Parser<string> =>
  joinedText({ types: ['text'], known: TEXT_MEMBERS, separator: '\n', notes });

const assistantText = (notes: Notes): Parser<string> =>
  joinedText({ types: ['text', 'refusal'], known: TEXT_MEMBERS, separator: '', notes });

function userPart(part: Fields, media: Media, notes: Notes): readonly UserPart[] {
  const parts = userParts(part, media, notes);
  notes.unparsedInElement(part, String(part.value['type']), ...TEXT_MEMBERS);
  return parts;
}

function userParts(part: Fields, media: Media, notes: Notes): readonly UserPart[] {
  switch (part.required('type', oneOf('text', 'image_url', 'file', 'input_audio'))) {
    case 'text':
      return textPart(part.required('text', string));
    case 'image_url': {
      const image = part.required('image_url', object);
      const path = image.pathOf('url');
      // `auto` is the default, so omitting it changes nothing.
      if (image.value['detail'] !== 'auto') notes.unparsedInElement(image, 'image_url', 'url');
      return [imageOf(urlPart(image.required('url', string), path, media), path)];
    }
    case 'file':
      return [filePart(part.required('file', object), media, notes)];
    case 'input_audio':
      return invalid(part.pathOf('type'), 'input_audio is not supported; send a transcript as text');
  }
}

function filePart(file: Fields, media: Media, notes: Notes): UserPart {
  const fileName = file.optional('filename', string);
  const named = fileById(file, media, 'file_data');
  const part =
    named ?? fileDataPart(file.required('file_data', string), file.pathOf('file_data'), media, fileName);
  notes.unparsedInElement(file, 'file');
  return part;
}

function assistantParts(turn: Fields, notes: Notes): readonly AssistantPart[] {
  if (turn.isSet('function_call')) invalid(turn.pathOf('function_call'), 'is not supported; use tool_calls');
  const text = turn.optional('content', assistantText(notes)) ?? '';
  const refusal = turn.optional('refusal', string) ?? '';
  const calls = turn.optional('tool_calls', objects(toolCall)) ?? [];
  return [...reasoning(turn), ...textPart(text + refusal), ...calls];
}

/** Converts the reasoning of an earlier response. Omits reasoning with an invalid token. */
function reasoning(turn: Fields): readonly AssistantPart[] {
  const read = objects((detail) =>
    reasoningPart(detail.optional('text', string) ?? '', detail.optional('signature', string) ?? ''),
  );
  return turn.optional('reasoning_details', read)?.flat() ?? [];
}

function toolCall(call: Fields): AssistantPart {
  call.optional('type', oneOf('function'));
  const called = call.required('function', object);
  const extra = call.value['extra_content'];
  const token = isRecord(extra) ? extra['majordomo'] : undefined;
  return toolCallPart(
    call.required('id', nonEmptyString),
    called.required('name', nonEmptyString),
    called.required('arguments', string),
    typeof token === 'string' ? tokenOf(token) : undefined,
  );
}
