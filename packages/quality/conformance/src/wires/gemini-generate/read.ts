import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';
import { unsealText } from '@majordomo/testing/internal';
import { mediaOf, type Members, objectsIn, ofKind, schemaOf, stringOf, textOf } from '../members.ts';
import type { WireRequest } from '../wire.ts';
import { contentsOf, SERVER_KINDS } from './conversation.ts';
import { declarationsOf } from './options.ts';
import { SCOPE } from './parts.ts';
import { camelCased } from './spelling.ts';

/** Returns the contents of a request. The path contains the model and the delivery. Does not throw if the request is invalid. */
export function readGemini(path: string, raw: unknown): WireRequest {
  const request = asRecord(camelCased(raw));
  const parts = contentsOf(request).flatMap((content) => content.parts.map(({ part }) => part));
  const responses = ofKind(parts, 'functionResponse');
  const inResponses = responses.flatMap(({ parts: inner }) => objectsIn(inner));
  const config = asRecord(request['generationConfig']);
  return {
    model: /models\/([^/:]+):/.exec(path)?.[1] ?? '',
    streamed: path.includes(':streamGenerateContent'),
    system: textOf(asRecord(request['systemInstruction'])['parts'], '\n'),
    messages: asList(asRecord(raw)['contents']),
    images: [...ofKind(parts, 'inlineData'), ...ofKind(inResponses, 'inlineData')].map(({ mimeType, data }) =>
      mediaOf(stringOf(mimeType), stringOf(data)),
    ),
    toolCalls: ofKind(parts, 'functionCall').map(({ id, name, args }) => ({
      id: stringOf(id),
      name: stringOf(name),
      args,
    })),
    toolResults: responses.map(({ id, response }) => ({
      callId: stringOf(id),
      text: JSON.stringify(response),
      isError: asRecord(response)['error'] !== undefined,
    })),
    reasoning: parts.flatMap(reasoningOf),
    vendorBlocks: parts.filter((part) => SERVER_KINDS.some((kind) => part[kind] !== undefined)),
    tools: declarationsOf(request).map(({ name }) => stringOf(name)),
    output: schemaOf(config['responseJsonSchema'] ?? config['responseSchema']),
    maxTokens: asNumber(config['maxOutputTokens']),
    // Streams always contain usage.
    streamsUsage: true,
  };
}

/** Returns a thought that the client sent back, as text or in a signature. */
function reasoningOf({ text, thought, thoughtSignature }: Members): WireRequest['reasoning'] {
  const signature = asText(thoughtSignature);
  const sealed = signature === undefined ? undefined : unsealText(SCOPE, signature);
  if (sealed !== undefined) return [{ text: sealed, signature }];
  return thought === true ? [{ text: stringOf(text), signature }] : [];
}
