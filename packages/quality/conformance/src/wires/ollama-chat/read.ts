import type { JsonObject } from '@majordomo/core';
import { asList, isRecord } from '@majordomo/core/toolkit';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';

/** Returns the contents of a native chat request. Does not throw if the request is invalid. */
export function readOllama(_path: string, body: unknown): WireRequest {
  const request = isRecord(body) ? body : {};
  const messages = asList(request['messages']);
  const messagesOf = (role: string): Record<string, unknown>[] =>
    messages.filter(isRecord).filter((message) => message['role'] === role);
  const limit = isRecord(request['options']) ? request['options']['num_predict'] : undefined;
  return {
    model: stringOf(request['model']),
    // The server streams by default.
    streamed: request['stream'] !== false,
    system: messagesOf('system')
      .map(({ content }) => stringOf(content))
      .join('\n'),
    messages,
    images: messages.filter(isRecord).flatMap(({ images }) => asList(images).filter(isString).map(imageOf)),
    toolCalls: messagesOf('assistant').flatMap(({ tool_calls }) =>
      asList(tool_calls).filter(isRecord).map(callOf),
    ),
    toolResults: messagesOf('tool').map(({ tool_call_id, content }) => ({
      callId: stringOf(tool_call_id),
      text: stringOf(content),
      // The wire has no field for failed results, so the text marks them.
      isError: /^error\b/i.test(stringOf(content)),
    })),
    reasoning: messagesOf('assistant').flatMap(({ thinking }) =>
      isString(thinking) && thinking !== '' ? [{ text: thinking, signature: undefined }] : [],
    ),
    // The wire does not support vendor parts.
    vendorBlocks: [],
    tools: asList(request['tools'])
      .filter(isRecord)
      .map(({ function: tool }) => (isRecord(tool) ? stringOf(tool['name']) : '')),
    output: isRecord(request['format']) ? (request['format'] as JsonObject) : undefined,
    maxTokens: typeof limit === 'number' ? limit : undefined,
    streamsUsage: true,
  };
}

const stringOf = (value: unknown): string => (isString(value) ? value : '');

/** Returns an image. Its media type is determined from its first bytes, because the wire has no media types. */
function imageOf(data: string): WireRequest['images'][number] {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return { mediaType: bytes[0] === 0xff ? 'image/jpeg' : 'image/png', bytes };
}

function callOf({ id, function: called }: Record<string, unknown>): WireRequest['toolCalls'][number] {
  const { name, arguments: args } = isRecord(called) ? called : {};
  return { id: stringOf(id), name: stringOf(name), args };
}
