import { asList, asNumber, asRecord } from '@majordomo/core/toolkit';
import {
  argumentsOf,
  imageOfUrl,
  isFailureText,
  type Members,
  objectsIn,
  schemaOf,
  stringOf,
  textOf,
} from '../members.ts';
import type { WireRequest } from '../wire.ts';

/** Returns the contents of a chat request. Does not throw if the request is invalid. */
export function readChat(_path: string, body: unknown): WireRequest {
  const request = asRecord(body);
  const messages = objectsIn(request['messages']);
  const messagesOf = (...roles: string[]): readonly Members[] =>
    messages.filter(({ role }) => roles.includes(stringOf(role)));
  return {
    model: stringOf(request['model']),
    streamed: request['stream'] === true,
    system: messagesOf('system', 'developer')
      .map(({ content }) => textOf(content))
      .join('\n'),
    messages: asList(request['messages']),
    images: messages.flatMap(({ content }) =>
      objectsIn(content).flatMap(({ image_url: image }) => imageOfUrl(asRecord(image)['url'])),
    ),
    toolCalls: messagesOf('assistant').flatMap(({ tool_calls }) => objectsIn(tool_calls).map(callOf)),
    toolResults: messagesOf('tool').map(({ tool_call_id, content }) => ({
      callId: stringOf(tool_call_id),
      text: textOf(content),
      isError: isFailureText(textOf(content)),
    })),
    reasoning: messagesOf('assistant').flatMap(reasoningOf),
    // The wire does not support vendor parts.
    vendorBlocks: [],
    tools: objectsIn(request['tools']).map(({ function: tool }) => stringOf(asRecord(tool)['name'])),
    output: schemaOf(asRecord(asRecord(request['response_format'])['json_schema'])['schema']),
    maxTokens: asNumber(request['max_completion_tokens'] ?? request['max_tokens']),
    streamsUsage: asRecord(request['stream_options'])['include_usage'] === true,
  };
}

function callOf({ id, function: called }: Members): WireRequest['toolCalls'][number] {
  const { name, arguments: json } = asRecord(called);
  return { id: stringOf(id), name: stringOf(name), args: argumentsOf(json) };
}

function reasoningOf(message: Members): WireRequest['reasoning'] {
  const text = stringOf(message['reasoning_content'] ?? message['reasoning']);
  // Some vendors require the field. A blank string then means that a turn has no reasoning.
  return text.trim() === '' ? [] : [{ text, signature: undefined }];
}
