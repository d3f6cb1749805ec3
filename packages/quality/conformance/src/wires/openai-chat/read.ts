import type { JsonObject } from '@majordomo/core';
import { asList, isRecord } from '@majordomo/core/toolkit';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';

/** Returns the contents of a chat request. Does not throw if the request is invalid. */
export function readChat(_path: string, body: unknown): WireRequest {
  const request = isRecord(body) ? body : {};
  const messages = asList(request['messages']);
  const messagesOf = (...roles: string[]): Record<string, unknown>[] =>
    messages.filter(isRecord).filter(({ role }) => isString(role) && roles.includes(role));
  const limit = request['max_completion_tokens'] ?? request['max_tokens'];
  const streamOptions = request['stream_options'];
  return {
    model: isString(request['model']) ? request['model'] : '',
    streamed: request['stream'] === true,
    system: messagesOf('system', 'developer')
      .map(({ content }) => textOf(content))
      .join('\n'),
    messages,
    images: messages
      .filter(isRecord)
      .flatMap(({ content }) => asList(content).filter(isRecord).flatMap(imageOf)),
    toolCalls: messagesOf('assistant').flatMap(({ tool_calls }) =>
      asList(tool_calls).filter(isRecord).map(callOf),
    ),
    toolResults: messagesOf('tool').map(({ tool_call_id, content }) => ({
      callId: stringOf(tool_call_id),
      text: textOf(content),
      // The wire has no field for failed results, so the text marks them.
      isError: /^error\b/i.test(textOf(content)),
    })),
    reasoning: messagesOf('assistant').flatMap(reasoningOf),
    // The wire does not support vendor parts.
    vendorBlocks: [],
    tools: asList(request['tools'])
      .filter(isRecord)
      .map(({ function: tool }) => (isRecord(tool) ? stringOf(tool['name']) : '')),
    output: outputOf(request['response_format']),
    maxTokens: numberOf(limit),
    streamsUsage: isRecord(streamOptions) && streamOptions['include_usage'] === true,
  };
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const stringOf = (value: unknown): string => (isString(value) ? value : '');

const textOf = (content: unknown): string =>
  isString(content)
    ? content
    : asList(content)
        .filter(isRecord)
        .map(({ text }) => stringOf(text))
        .join('');

function imageOf({ image_url: image }: Record<string, unknown>): WireRequest['images'] {
  const url = isRecord(image) ? stringOf(image['url']) : '';
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) return [];
  return [{ mediaType, bytes: new Uint8Array(Buffer.from(data, 'base64')) }];
}

function callOf({ id, function: called }: Record<string, unknown>): WireRequest['toolCalls'][number] {
  const { name, arguments: json } = isRecord(called) ? called : {};
  return { id: stringOf(id), name: stringOf(name), args: parsed(stringOf(json)) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

function reasoningOf(message: Record<string, unknown>): WireRequest['reasoning'] {
  const text = message['reasoning_content'] ?? message['reasoning'];
  // Some vendors require the field. A blank string then means that a turn has no reasoning.
  return isString(text) && text.trim() !== '' ? [{ text, signature: undefined }] : [];
}

function outputOf(format: unknown): JsonObject | undefined {
  const holder = isRecord(format) ? format['json_schema'] : undefined;
  const schema = isRecord(holder) ? holder['schema'] : undefined;
  return isRecord(schema) ? (schema as JsonObject) : undefined;
}
