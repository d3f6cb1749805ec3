import type { JsonObject } from '@majordomo/core';
import { asList, isRecord } from '@majordomo/core/toolkit';
import { unsealText } from '@majordomo/testing/internal';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';
import { SCOPE } from './items.ts';
import { additionalTools } from './options.ts';
import { VENDOR_ITEMS } from './shape.ts';

type Item = Readonly<Record<string, unknown>>;

/** Returns the contents of a Responses request. Does not throw if the request is invalid. */
export function readResponses(_path: string, body: unknown): WireRequest {
  const request = isRecord(body) ? body : {};
  const input = request['input'];
  const items = asList(isString(input) ? [{ role: 'user', content: input }] : input);
  const itemsOf = (type: string): Item[] => items.filter(isRecord).filter((item) => item['type'] === type);
  const messages = items.filter(isRecord).filter(({ type, role }) => type === 'message' || isString(role));
  return {
    model: stringOf(request['model']),
    streamed: request['stream'] === true,
    system: [
      stringOf(request['instructions']),
      ...messages
        .filter(({ role }) => role === 'system' || role === 'developer')
        .map(({ content }) => textOf(content)),
    ]
      .filter((text) => text !== '')
      .join('\n'),
    messages: items,
    images: items
      .filter(isRecord)
      .flatMap(({ content, output }) =>
        [...asList(content), ...asList(output)].filter(isRecord).flatMap(imageOf),
      ),
    toolCalls: itemsOf('function_call').map((call) => ({
      id: stringOf(call['call_id']),
      name: stringOf(call['name']),
      args: parsed(stringOf(call['arguments'])),
    })),
    toolResults: itemsOf('function_call_output').map(({ call_id: id, output }) => ({
      callId: stringOf(id),
      text: textOf(output),
      // The wire has no field for failed results, so the text marks them.
      isError: /^error\b/i.test(textOf(output)),
    })),
    reasoning: itemsOf('reasoning').map(reasoningOf),
    vendorBlocks: items.filter(isRecord).filter(({ type }) => VENDOR_ITEMS.includes(stringOf(type))),
    tools: [...asList(request['tools']), ...additionalTools(input).flatMap(({ tools }) => tools)]
      .filter(isRecord)
      .map(({ name }) => stringOf(name)),
    output: outputOf(request['text']),
    maxTokens: typeof request['max_output_tokens'] === 'number' ? request['max_output_tokens'] : undefined,
    // The last event always contains usage.
    streamsUsage: true,
  };
}

const stringOf = (value: unknown): string => (isString(value) ? value : '');

const textOf = (content: unknown): string =>
  isString(content)
    ? content
    : asList(content)
        .filter(isRecord)
        .map(({ text }) => stringOf(text))
        .join('');

function imageOf({ image_url: url }: Item): WireRequest['images'] {
  const [, mediaType, data] = /^data:([^;,]*);base64,(.*)$/s.exec(stringOf(url)) ?? [];
  if (mediaType === undefined || data === undefined) return [];
  return [{ mediaType, bytes: new Uint8Array(Buffer.from(data, 'base64')) }];
}

function reasoningOf({ summary, encrypted_content: secret }: Item): WireRequest['reasoning'][number] {
  const signature = isString(secret) ? secret : undefined;
  const sealed = signature === undefined ? undefined : unsealText(SCOPE, signature);
  return { text: sealed ?? textOf(summary), signature };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

function outputOf(text: unknown): JsonObject | undefined {
  const format = isRecord(text) ? text['format'] : undefined;
  const schema = isRecord(format) ? format['schema'] : undefined;
  return isRecord(schema) ? (schema as JsonObject) : undefined;
}
