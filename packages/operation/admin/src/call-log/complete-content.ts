import {
  toJson,
  type ChatRequest,
  type ChatResponse,
  type JsonObject,
  type ToolSpec,
  type TurnMessage,
} from '@majordomo/core';
import { contentsIn, contentSize, isList, isRecord, toJsonSchema } from '@majordomo/core/toolkit';
import type { Redactor } from '@majordomo/redact';
import type { CallContent } from './call.ts';
import { maskSchema } from './mask-schema.ts';

const FORMAT = 'majordomo-chat/1';

/**
 * Returns the content of a chat in the form that can be replayed, without secrets. Returns `undefined` for content that has more than
 * `maxBytes` as JSON, contains a blob, or cannot be JSON.
 */
export function completeContentOf(
  request: ChatRequest,
  response: ChatResponse | undefined,
  redactor: Redactor,
  maxBytes: number,
): CallContent | undefined {
  if (mediaSize(request) > maxBytes) return undefined;
  try {
    const sent = withSchemas(request);
    const masked = maskedRequest(sent, redactor);
    const redactions = differences(sent, masked);
    const { parts, finish, target, usage } = response ?? {};
    const content: CallContent = {
      format: FORMAT,
      request: toJson(masked) as JsonObject,
      response: response && (toJson(redactor.value({ parts, finish, target, usage })) as JsonObject),
      ...(redactions > 0 && { redactions }),
    };
    const text = JSON.stringify(content);
    return new TextEncoder().encode(text).length > maxBytes ? undefined : (JSON.parse(text) as CallContent);
  } catch {
    // A schema of the application may be invalid, and its values may not be JSON.
    return undefined;
  }
}

/** Returns the number of bytes of the media, so that media that are too large are not converted. */
const mediaSize = ({ messages }: ChatRequest): number =>
  messages
    .flatMap((message) => (message.role === 'system' ? [] : contentsIn(message as TurnMessage)))
    .reduce((sum, part) => sum + contentSize(part), 0);

/** Returns a copy without secrets. JSON Schemas remain valid. */
function maskedRequest({ tools, output, ...request }: ChatRequest, redactor: Redactor): ChatRequest {
  const masked = redactor.value(request);
  const schema = output === undefined ? {} : { output: maskSchema(output, redactor) as JsonObject };
  if (tools === undefined) return { ...masked, ...schema };
  const specs = tools.map(({ parameters, ...tool }): ToolSpec => {
    const copy = redactor.value(tool);
    return { ...copy, parameters: maskSchema(parameters, redactor) as JsonObject };
  });
  return { ...masked, ...schema, tools: specs };
}

function withSchemas({ tools, ...request }: ChatRequest): ChatRequest {
  if (tools === undefined) return request;
  const specs = tools.map((tool) => ({
    ...tool,
    parameters: toJsonSchema(tool.parameters, `tool ${tool.name}`),
  }));
  return { ...request, tools: specs };
}

/** Returns the number of values in which a copy differs. Copies of bytes are equal. */
function differences(value: unknown, copy: unknown): number {
  if (value instanceof Uint8Array) return copy instanceof Uint8Array ? 0 : 1;
  if (isList(value))
    return sumOf(value.map((item, at) => differences(item, isList(copy) ? copy[at] : undefined)));
  if (!isRecord(value)) return Object.is(value, copy) ? 0 : 1;
  return sumOf(
    Object.entries(value).map(([name, item]) => differences(item, isRecord(copy) ? copy[name] : undefined)),
  );
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
