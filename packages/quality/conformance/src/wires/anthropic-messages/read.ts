import { asList, asNumber, asRecord } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, unsealText } from '@majordomo/testing/internal';
import { mediaOf, type Members, objectsIn, schemaOf, stringOf, textOf } from '../members.ts';
import type { WireRequest } from '../wire.ts';
import { SERVER_BLOCKS } from './shape.ts';

/** Returns the contents of a Messages request. Does not throw for invalid requests. */
export function readMessages(_path: string, body: unknown): WireRequest {
  const request = asRecord(body);
  const blocks = objectsIn(request['messages']).flatMap(({ content }) => objectsIn(content));
  const results = ofType(blocks, 'tool_result');
  const inResults = results.flatMap(({ content }) => objectsIn(content));
  return {
    model: stringOf(request['model']),
    streamed: request['stream'] === true,
    system: textOf(request['system'], '\n'),
    messages: asList(request['messages']),
    images: [...ofType(blocks, 'image'), ...ofType(inResults, 'image')].flatMap(imageIn),
    toolCalls: ofType(blocks, 'tool_use').map(({ id, name, input }) => ({
      id: stringOf(id),
      name: stringOf(name),
      args: input,
    })),
    toolResults: results.map(({ tool_use_id: id, content, is_error: isError }) => ({
      callId: stringOf(id),
      text: textOf(content),
      isError: isError === true,
    })),
    reasoning: blocks.flatMap(reasoningOf),
    vendorBlocks: blocks.filter(({ type }) => SERVER_BLOCKS.includes(stringOf(type))),
    tools: objectsIn(request['tools']).map(({ name }) => stringOf(name)),
    output: schemaOf(asRecord(asRecord(request['output_config'])['format'])['schema']),
    maxTokens: asNumber(request['max_tokens']),
    // Streams always contain usage.
    streamsUsage: true,
  };
}

const ofType = (blocks: readonly Members[], type: string): readonly Members[] =>
  blocks.filter((block) => block['type'] === type);

function imageIn({ source }: Members): WireRequest['images'] {
  const { type, media_type: mediaType, data } = asRecord(source);
  return type === 'base64' ? [mediaOf(stringOf(mediaType), stringOf(data))] : [];
}

function reasoningOf({ type, thinking, signature, data }: Members): WireRequest['reasoning'] {
  if (type === 'thinking') return [{ text: stringOf(thinking), signature: stringOf(signature) }];
  if (type !== 'redacted_thinking') return [];
  // The server of the conformance suite redacts a thought by sealing its text.
  return [{ text: unsealText(CLAUDE_SCOPE, stringOf(data)) ?? '', signature: stringOf(data) }];
}
