import type { JsonObject } from '@majordomo/core';
import { asList, isRecord } from '@majordomo/core/toolkit';
import { CLAUDE_SCOPE, unsealText } from '@majordomo/testing/internal';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';
import { turnsOf } from './conversation.ts';
import { outputSchemaOf, parsedObject, toolSpecsOf } from './options.ts';

type Members = Readonly<Record<string, unknown>>;

/** Returns the contents of a Converse request. The path contains the model and the delivery. Never throws. */
export function readConverse(path: string, body: unknown): WireRequest {
  const request: Members = isRecord(body) ? body : {};
  const blocks = turnsOf(request).flatMap((turn) => turn.blocks.map(({ block }) => block));
  const results = ofKind(blocks, 'toolResult');
  const inResults = results.flatMap(({ content }) => asList(content).filter(isRecord));
  const { maxTokens } = isRecord(request['inferenceConfig']) ? request['inferenceConfig'] : ({} as Members);
  const schema = outputSchemaOf(request['outputConfig']);
  return {
    model: decoded(/\/model\/([^/]+)\//.exec(path)?.[1] ?? ''),
    streamed: path.endsWith('/converse-stream'),
    system: asList(request['system'])
      .filter(isRecord)
      .flatMap(({ text }) => (isString(text) ? [text] : []))
      .join('\n'),
    messages: asList(request['messages']),
    images: [...ofKind(blocks, 'image'), ...ofKind(inResults, 'image')].flatMap(imageOf),
    toolCalls: ofKind(blocks, 'toolUse').map(({ toolUseId, name, input }) => ({
      id: stringOf(toolUseId),
      name: stringOf(name),
      args: input,
    })),
    toolResults: results.map(resultOf),
    reasoning: ofKind(blocks, 'reasoningContent').flatMap(reasoningOf),
    vendorBlocks: blocks.filter(isOfServer),
    tools: toolSpecsOf(request['toolConfig']).map(({ name }) => stringOf(name)),
    output: schema === undefined ? undefined : (parsedObject(schema) as JsonObject | undefined),
    maxTokens: typeof maxTokens === 'number' ? maxTokens : undefined,
    streamsUsage: true,
  };
}

/** Returns a tool result. For a model without support for `status`, the text marks a failed result. */
function resultOf({ toolUseId, content, status }: Members): WireRequest['toolResults'][number] {
  const text = asList(content)
    .filter(isRecord)
    .map((block) => stringOf(block['text']))
    .join('');
  return { callId: stringOf(toolUseId), text, isError: status === 'error' || /^error\b/i.test(text) };
}

/** Whether a block is for a vendor tool. Such a call has the type `server_tool_use`. Only such a result has a type. */
const isOfServer = ({ toolUse, toolResult }: Members): boolean =>
  (isRecord(toolUse) && toolUse['type'] === 'server_tool_use') ||
  (isRecord(toolResult) && isString(toolResult['type']));

const stringOf = (value: unknown): string => (isString(value) ? value : '');
/** Returns the data of the blocks of a kind. The kind of a block is the name of its only member. */
const ofKind = (blocks: readonly Members[], kind: string): readonly Members[] =>
  blocks.flatMap((block) => (isRecord(block[kind]) ? [block[kind]] : []));

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function imageOf({ format, source }: Members): WireRequest['images'] {
  const bytes = isRecord(source) ? source['bytes'] : undefined;
  if (!isString(bytes)) return [];
  return [{ mediaType: `image/${stringOf(format)}`, bytes: new Uint8Array(Buffer.from(bytes, 'base64')) }];
}

function reasoningOf({ reasoningText, redactedContent }: Members): WireRequest['reasoning'] {
  if (isRecord(reasoningText)) {
    const { text, signature } = reasoningText;
    return [{ text: stringOf(text), signature: isString(signature) ? signature : undefined }];
  }
  if (!isString(redactedContent)) return [];
  const sealed = Buffer.from(redactedContent, 'base64').toString('utf8');
  return [{ text: unsealText(CLAUDE_SCOPE, sealed) ?? '', signature: sealed }];
}
