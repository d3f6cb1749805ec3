import { asList, asNumber, asRecord } from '@majordomo/core/toolkit';
import { mediaOf, isFailureText, type Members, objectsIn, schemaOf, stringOf } from '../members.ts';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';

/** Returns the contents of a native chat request. Does not throw if the request is invalid. */
export function readOllama(_path: string, body: unknown): WireRequest {
  const request = asRecord(body);
  const messages = objectsIn(request['messages']);
  const messagesOf = (role: string): readonly Members[] =>
    messages.filter((message) => message['role'] === role);
  return {
    model: stringOf(request['model']),
    // The server streams by default.
    streamed: request['stream'] !== false,
    system: messagesOf('system')
      .map(({ content }) => stringOf(content))
      .join('\n'),
    messages: asList(request['messages']),
    images: messages.flatMap(({ images }) => asList(images).filter(isString).map(sniffedImage)),
    toolCalls: messagesOf('assistant').flatMap(({ tool_calls }) => objectsIn(tool_calls).map(callOf)),
    toolResults: messagesOf('tool').map(({ tool_call_id, content }) => ({
      callId: stringOf(tool_call_id),
      text: stringOf(content),
      isError: isFailureText(stringOf(content)),
    })),
    reasoning: messagesOf('assistant').flatMap(({ thinking }) =>
      isString(thinking) && thinking !== '' ? [{ text: thinking, signature: undefined }] : [],
    ),
    // The wire does not support vendor parts.
    vendorBlocks: [],
    tools: objectsIn(request['tools']).map(({ function: tool }) => stringOf(asRecord(tool)['name'])),
    output: schemaOf(request['format']),
    maxTokens: asNumber(asRecord(request['options'])['num_predict']),
    // Streams always contain usage.
    streamsUsage: true,
  };
}

/** Returns an image. Its media type is determined from its first bytes, because the wire has no media types. */
function sniffedImage(data: string): WireRequest['images'][number] {
  const image = mediaOf('image/png', data);
  return image.bytes[0] === 0xff ? { ...image, mediaType: 'image/jpeg' } : image;
}

function callOf({ id, function: called }: Members): WireRequest['toolCalls'][number] {
  const { name, arguments: args } = asRecord(called);
  return { id: stringOf(id), name: stringOf(name), args };
}
