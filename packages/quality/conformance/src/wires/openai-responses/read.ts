import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';
import { unsealText } from '@majordomo/testing/internal';
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
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';
import { SCOPE } from './items.ts';
import { additionalTools } from './options.ts';
import { VENDOR_ITEMS } from './shape.ts';

/** Returns the contents of a Responses request. Does not throw if the request is invalid. */
export function readResponses(_path: string, body: unknown): WireRequest {
  const request = asRecord(body);
  const input = request['input'];
  const all = asList(isString(input) ? [{ role: 'user', content: input }] : input);
  const items = objectsIn(all);
  const itemsOf = (type: string): readonly Members[] => items.filter((item) => item['type'] === type);
  const systemTexts = items
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(({ content }) => textOf(content));
  return {
    model: stringOf(request['model']),
    streamed: request['stream'] === true,
    system: [stringOf(request['instructions']), ...systemTexts].filter((text) => text !== '').join('\n'),
    messages: all,
    images: items
      .flatMap(({ content, output }) => [...objectsIn(content), ...objectsIn(output)])
      .flatMap(({ image_url: url }) => imageOfUrl(url)),
    toolCalls: itemsOf('function_call').map((call) => ({
      id: stringOf(call['call_id']),
      name: stringOf(call['name']),
      args: argumentsOf(call['arguments']),
    })),
    toolResults: itemsOf('function_call_output').map(({ call_id: id, output }) => ({
      callId: stringOf(id),
      text: textOf(output),
      isError: isFailureText(textOf(output)),
    })),
    reasoning: itemsOf('reasoning').map(reasoningOf),
    vendorBlocks: items.filter(({ type }) => VENDOR_ITEMS.includes(stringOf(type))),
    tools: [...objectsIn(request['tools']), ...additionalTools(input).flatMap(({ tools }) => tools)].map(
      ({ name }) => stringOf(name),
    ),
    output: schemaOf(asRecord(asRecord(request['text'])['format'])['schema']),
    maxTokens: asNumber(request['max_output_tokens']),
    // The last event always contains usage.
    streamsUsage: true,
  };
}

function reasoningOf({ summary, encrypted_content: secret }: Members): WireRequest['reasoning'][number] {
  const signature = asText(secret);
  const sealed = signature === undefined ? undefined : unsealText(SCOPE, signature);
  return { text: sealed ?? textOf(summary), signature };
}
