import type { JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { unsealText } from '@majordomo/testing/internal';
import { isString } from '../shape.ts';
import type { WireRequest } from '../wire.ts';
import { contentsOf, SERVER_KINDS } from './conversation.ts';
import { declarationsOf } from './options.ts';
import { SCOPE } from './parts.ts';
import { camelCased } from './spelling.ts';

type Members = Readonly<Record<string, unknown>>;

/** Returns the contents of a request. The path contains the model and the delivery. Does not throw if the request is invalid. */
export function readGemini(path: string, raw: unknown): WireRequest {
  const body = camelCased(raw);
  const request: Members = isRecord(body) ? body : {};
  const parts = contentsOf(request).flatMap((content) => content.parts.map(({ part }) => part));
  const responses = ofKind(parts, 'functionResponse');
  const config = isRecord(request['generationConfig']) ? request['generationConfig'] : {};
  const inResponses = responses.flatMap(({ parts: inner }) =>
    Array.isArray(inner) ? inner.filter(isRecord) : [],
  );
  return {
    model: /models\/([^/:]+):/.exec(path)?.[1] ?? '',
    streamed: path.includes(':streamGenerateContent'),
    system: textOf(request['systemInstruction']),
    messages: isRecord(raw) && Array.isArray(raw['contents']) ? raw['contents'] : [],
    images: [...ofKind(parts, 'inlineData'), ...ofKind(inResponses, 'inlineData')].map(
      ({ mimeType, data }) => ({
        mediaType: stringOf(mimeType),
        bytes: new Uint8Array(Buffer.from(stringOf(data), 'base64')),
      }),
    ),
    toolCalls: ofKind(parts, 'functionCall').map(({ id, name, args }) => ({
      id: stringOf(id),
      name: stringOf(name),
      args,
    })),
    toolResults: responses.map(({ id, response }) => ({
      callId: stringOf(id),
      text: JSON.stringify(response),
      isError: isRecord(response) && response['error'] !== undefined,
    })),
    reasoning: parts.flatMap(reasoningOf),
    vendorBlocks: parts.filter((part) => SERVER_KINDS.some((kind) => part[kind] !== undefined)),
    tools: declarationsOf(request).map(({ name }) => stringOf(name)),
    output: outputOf(config),
    maxTokens: typeof config['maxOutputTokens'] === 'number' ? config['maxOutputTokens'] : undefined,
    streamsUsage: true,
  };
}

const stringOf = (value: unknown): string => (isString(value) ? value : '');
/** Returns the data of the parts of a kind. The kind of a part is the name of its member. */
const ofKind = (parts: readonly Members[], kind: string): readonly Members[] =>
  parts.flatMap((part) => (isRecord(part[kind]) ? [part[kind]] : []));

const textOf = (content: unknown): string =>
  isRecord(content) && Array.isArray(content['parts'])
    ? content['parts']
        .filter(isRecord)
        .map(({ text }) => stringOf(text))
        .join('\n')
    : '';

/** Returns a thought that the client sent back, as text or in a signature. */
function reasoningOf({ text, thought, thoughtSignature: signature }: Members): WireRequest['reasoning'] {
  const sealed = isString(signature) ? unsealText(SCOPE, signature) : undefined;
  if (sealed !== undefined) return [{ text: sealed, signature: stringOf(signature) }];
  return thought === true
    ? [{ text: stringOf(text), signature: isString(signature) ? signature : undefined }]
    : [];
}

function outputOf({ responseSchema, responseJsonSchema }: Members): JsonObject | undefined {
  const schema = responseJsonSchema ?? responseSchema;
  return isRecord(schema) ? (schema as JsonObject) : undefined;
}
