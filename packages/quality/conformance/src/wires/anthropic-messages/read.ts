import type { JsonObject } from '@majordomo/core';
import { asList, isRecord } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, unsealText } from '@majordomo/testing/internal';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';
import { SERVER_BLOCKS } from './shape.ts';

/** Returns the contents of a Messages request. Does not throw for invalid requests. */
export function readMessages(_path: string, body: unknown): WireRequest {
  const request = isRecord(body) ? body : {};
  const messages = asList(request['messages']);
  const blocks = messages.filter(isRecord).flatMap(({ content }) => asList(content).filter(isRecord));
  const inResults = ofType(blocks, 'tool_result').flatMap(({ content }) => asList(content).filter(isRecord));
  const { max_tokens: limit, output_config: config, tools } = request;
  return {
    model: stringOf(request['model']),
    streamed: request['stream'] === true,
    system: textOf(request['system'], '\n'),
    messages,
    images: [...ofType(blocks, 'image'), ...ofType(inResults, 'image')].flatMap(imageOf),
    toolCalls: ofType(blocks, 'tool_use').map(({ id, name, input }) => ({
      id: stringOf(id),
      name: stringOf(name),
      args: input,
    })),
    toolResults: ofType(blocks, 'tool_result').map(({ tool_use_id: id, content, is_error: isError }) => ({
      callId: stringOf(id),
      text: textOf(content, ''),
      isError: isError === true,
    })),
    reasoning: blocks.flatMap(reasoningOf),
    vendorBlocks: blocks.filter(({ type }) => SERVER_BLOCKS.includes(stringOf(type))),
    tools: asList(tools)
      .filter(isRecord)
      .map(({ name }) => stringOf(name)),
    output: outputOf(config),
    maxTokens: numberOf(limit),
    streamsUsage: true,
  };
}

type Members = Record<string, unknown>;

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const stringOf = (value: unknown): string => (isString(value) ? value : '');
const ofType = (blocks: readonly Members[], type: string): readonly Members[] =>
  blocks.filter((block) => block['type'] === type);

const textOf = (content: unknown, separator: string): string =>
  isString(content)
    ? content
    : ofType(asList(content).filter(isRecord), 'text')
        .map(({ text }) => stringOf(text))
        .join(separator);

function imageOf({ source }: Members): WireRequest['images'] {
  if (!isRecord(source) || source['type'] !== 'base64') return [];
  return [
    {
      mediaType: stringOf(source['media_type']),
      bytes: new Uint8Array(Buffer.from(stringOf(source['data']), 'base64')),
    },
  ];
}

function reasoningOf({ type, thinking, signature, data }: Members): WireRequest['reasoning'] {
  if (type === 'thinking') return [{ text: stringOf(thinking), signature: stringOf(signature) }];
  if (type !== 'redacted_thinking') return [];
  // The server of the conformance suite redacts a thought by sealing its text.
  return [{ text: unsealText(CLAUDE_SCOPE, stringOf(data)) ?? '', signature: stringOf(data) }];
}

function outputOf(config: unknown): JsonObject | undefined {
  const format = isRecord(config) ? config['format'] : undefined;
  const schema = isRecord(format) ? format['schema'] : undefined;
  return isRecord(schema) ? (schema as JsonObject) : undefined;
}
