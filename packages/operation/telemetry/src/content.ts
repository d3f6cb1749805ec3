import type { Attributes } from '@opentelemetry/api';
import type {
  AttemptInfo,
  BlobPart,
  ChatResponse,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
} from '@majordomo/core';
import { contentSize, type ContentPart } from '@majordomo/core/toolkit';
import type { Redactor } from '@majordomo/redact';
import { ignoreErrors } from './safe-span.ts';

/** Functions that convert prompts and responses to redacted span attributes of the conventions. */
export interface ContentAttributes {
  request(attempt: AttemptInfo): Attributes;
  answer(response: ChatResponse): Attributes;
  toolCall(call: ToolCallPart): Attributes;
  toolResult(result: ToolResultPart): Attributes;
}

/** Creates content attributes. If the redactor throws for an attribute, the attribute is omitted. */
export function contentOf(redactor: Redactor): ContentAttributes {
  const clean = (name: string, value: unknown): Attributes =>
    ignoreErrors(() => ({ [name]: JSON.stringify(redactor.value(value)) })) ?? {};
  return {
    request: ({ request, payload }) => ({
      ...clean(
        'gen_ai.input.messages',
        payload === undefined ? request.messages.map(messageOf) : promptsOf(payload).map(userText),
      ),
      ...(request.system === undefined
        ? {}
        : clean('gen_ai.system_instructions', [{ type: 'text', content: request.system }])),
      ...(request.tools.length === 0
        ? {}
        : clean(
            'gen_ai.tool.definitions',
            request.tools.map(({ name, description, parameters }) => ({
              type: 'function',
              name,
              description,
              parameters,
            })),
          )),
    }),
    answer: ({ message }) => clean('gen_ai.output.messages', [messageOf(message)]),
    toolCall: ({ args }) => clean('gen_ai.tool.call.arguments', args),
    toolResult: ({ content }) => clean('gen_ai.tool.call.result', content.map(partOf)),
  };
}

const userText = (content: string): object => ({ role: 'user', parts: [{ type: 'text', content }] });

const messageOf = ({ role, parts }: Message): object => ({ role, parts: parts.map(partOf) });

function partOf(part: Part): object {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, content: part.text };
    case 'tool-call':
    case 'vendor-call':
      return { type: 'tool_call', id: part.id, name: part.name, arguments: part.args };
    case 'tool-result':
    case 'vendor-result':
      return { type: 'tool_call_response', id: part.callId, response: part.content.map(partOf) };
    case 'image':
    case 'file':
    case 'audio':
    case 'blob':
      return sizeOf(part);
    case 'vendor':
      return { type: part.kind, ...(part.text !== undefined && { content: part.text }) };
    default:
      return part satisfies never;
  }
}

/** Returns the type and the size of a part, without its bytes. */
const sizeOf = (part: ContentPart | BlobPart): object => ({
  type: part.type,
  mime_type: part.mediaType,
  size: contentSize(part),
});

/** Returns the prompts of a request that is not a chat request. Its type is known by a member that no other type has. */
function promptsOf(payload: NonNullable<AttemptInfo['payload']>): readonly string[] {
  if ('values' in payload) return [...payload.values].filter((value) => typeof value === 'string');
  if ('documents' in payload) return [payload.query, ...payload.documents];
  if ('text' in payload) return [payload.text];
  // The input of a classification is never recorded.
  if ('questions' in payload) return [];
  return payload.prompt === undefined ? [] : [payload.prompt];
}
