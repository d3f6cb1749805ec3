import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, unsealText } from '@majordomo/testing/internal';
import {
  mediaOf,
  isFailureText,
  type Members,
  objectsIn,
  ofKind,
  schemaOf,
  stringOf,
  textOf,
} from '../members.ts';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';
import { turnsOf } from './conversation.ts';
import { outputSchemaOf, parsedObject, toolSpecsOf } from './options.ts';

/** Returns the contents of a Converse request. The path contains the model and the delivery. Never throws. */
export function readConverse(path: string, body: unknown): WireRequest {
  const request = asRecord(body);
  const blocks = turnsOf(request).flatMap((turn) => turn.blocks.map(({ block }) => block));
  const results = ofKind(blocks, 'toolResult');
  const inResults = results.flatMap(({ content }) => objectsIn(content));
  return {
    model: decoded(/\/model\/([^/]+)\//.exec(path)?.[1] ?? ''),
    streamed: path.endsWith('/converse-stream'),
    system: textOf(request['system'], '\n'),
    messages: asList(request['messages']),
    images: [...ofKind(blocks, 'image'), ...ofKind(inResults, 'image')].flatMap(imageIn),
    toolCalls: ofKind(blocks, 'toolUse').map(({ toolUseId, name, input }) => ({
      id: stringOf(toolUseId),
      name: stringOf(name),
      args: input,
    })),
    toolResults: results.map(resultOf),
    reasoning: ofKind(blocks, 'reasoningContent').flatMap(reasoningOf),
    vendorBlocks: blocks.filter(isOfServer),
    tools: toolSpecsOf(request['toolConfig']).map(({ name }) => stringOf(name)),
    output: schemaOf(parsedObject(outputSchemaOf(request['outputConfig']) ?? '')),
    maxTokens: asNumber(asRecord(request['inferenceConfig'])['maxTokens']),
    // Streams always contain usage.
    streamsUsage: true,
  };
}

/** Returns a tool result. For a model without support for `status`, the text marks a failed result. */
function resultOf({ toolUseId, content, status }: Members): WireRequest['toolResults'][number] {
  const text = textOf(content);
  return { callId: stringOf(toolUseId), text, isError: status === 'error' || isFailureText(text) };
}

/** Whether a block is for a vendor tool. Such a call has the type `server_tool_use`. Only such a result has a type. */
const isOfServer = ({ toolUse, toolResult }: Members): boolean =>
  asRecord(toolUse)['type'] === 'server_tool_use' || isString(asRecord(toolResult)['type']);

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function imageIn({ format, source }: Members): WireRequest['images'] {
  const { bytes } = asRecord(source);
  return isString(bytes) ? [mediaOf(`image/${stringOf(format)}`, bytes)] : [];
}

function reasoningOf({ reasoningText, redactedContent }: Members): WireRequest['reasoning'] {
  const { text, signature } = asRecord(reasoningText);
  if (reasoningText !== undefined) return [{ text: stringOf(text), signature: asText(signature) }];
  if (!isString(redactedContent)) return [];
  const sealed = Buffer.from(redactedContent, 'base64').toString('utf8');
  return [{ text: unsealText(CLAUDE_SCOPE, sealed) ?? '', signature: sealed }];
}
