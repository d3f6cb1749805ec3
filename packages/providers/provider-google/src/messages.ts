import type {
  AssistantPart,
  AudioPart,
  FilePart,
  ImagePart,
  JsonObject,
  JsonValue,
  ResultPart,
  TurnMessage,
  UserTurnPart,
} from '@majordomo/core';
import { asRecord, asText, toBase64 } from '@majordomo/core/toolkit';
import { isGeneratedCallId, sanitizeToolName } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';
import { computerResponse } from './computer.ts';
import { storedPart } from './vendor-parts.ts';

/**
 * Value that is sent as the signature of other models' calls, as documented in ai.google.dev/gemini-api/docs/thought-signatures,
 * 2026-11.
 */
export const UNSIGNED_MARK = 'skip_thought_signature_validator';

/** Converts a message to `contents`, with only signatures of `family`. Returns an empty list if no part can be sent. */
export function contentsOf(message: TurnMessage, quirks: Quirks, family: string): readonly JsonObject[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', parts: userParts(message.parts) }];
    case 'assistant': {
      const parts = modelParts(message.parts, quirks, family);
      return parts.length === 0 ? [] : [{ role: 'model', parts }];
    }
    case 'tool':
      return [{ role: 'user', parts: resultParts(message.parts, quirks) }];
  }
}

/** Whether the first call in `parts` has no signature of `family`. Gemini signs only the first call of a message. */
export function isUnsigned(parts: readonly AssistantPart[], family: string): boolean {
  const first = parts.find(isCall);
  return first !== undefined && signatureOf(tokenOf(first, family)) === undefined;
}

const isCall = ({ type }: AssistantPart): boolean => type === 'tool-call' || type === 'vendor-call';

/** Returns the signature in replay data: a string, or an object that also contains members of the part that no type names. */
function signatureOf(token: JsonValue | undefined): string | undefined {
  return asText(typeof token === 'string' ? token : asRecord(token)['signature']);
}

const tokenOf = ({ replay }: AssistantPart, family: string): JsonValue | undefined =>
  replay?.family === family ? replay.data : undefined;

function userParts(parts: readonly UserTurnPart[]): readonly JsonObject[] {
  const nonEmpty = parts.filter((part) => part.type !== 'text' || part.text !== '');
  // A message needs a part, and empty text is never sent.
  return nonEmpty.length === 0
    ? [{ text: ' ' }]
    : nonEmpty.map((part) => (part.type === 'text' ? { text: part.text } : inline(part)));
}

const inline = ({ mediaType, bytes, file }: ImagePart | FilePart | AudioPart): JsonObject =>
  file === undefined
    ? { inlineData: { mimeType: mediaType, data: toBase64(bytes) } }
    : { fileData: { mimeType: mediaType, fileUri: file.uri ?? file.id } };

function modelParts(
  parts: readonly AssistantPart[],
  { unsignedCalls }: Quirks,
  family: string,
): readonly JsonObject[] {
  let isFirstUnsigned = unsignedCalls === 'mark' && isUnsigned(parts, family);
  return parts.flatMap((part) => {
    const isMarked = isFirstUnsigned && isCall(part);
    const token = isMarked ? UNSIGNED_MARK : tokenOf(part, family);
    if (isCall(part)) isFirstUnsigned = false;
    return modelPart(part, token);
  });
}

function modelPart(part: AssistantPart, token: JsonValue | undefined): readonly JsonObject[] {
  // A part of a tool that ran at the vendor, and a part with only a signature, are sent back as the API sent them.
  const stored = storedPart(part, token);
  if (stored !== undefined) return [stored];
  const signature = signatureOf(token);
  const signed = signature === undefined ? {} : { thoughtSignature: signature };
  switch (part.type) {
    case 'text':
      return part.text === '' && signature === undefined ? [] : [{ text: part.text, ...signed }];
    case 'reasoning':
      // Omit a reasoning summary without a signature, because the model does not use it.
      return signature === undefined ? [] : [{ text: part.text, thought: true, ...signed }];
    // The API accepts no other vendor parts.
    case 'vendor':
      return [];
    case 'image':
    case 'audio':
      return [{ ...inline(part), ...signed }];
    case 'tool-call':
      return [{ functionCall: { ...idOf(part.id), name: nameOf(part.name), args: part.args }, ...signed }];
    case 'vendor-call':
      return [
        {
          functionCall: {
            ...idOf(part.id),
            name: part.name,
            // `part.args` has the form of all vendors, and `computerCall` stores the original arguments in the token.
            args: asRecord(asRecord(part.replay.data)['args']) as JsonObject,
          },
          ...signed,
        },
      ];
  }
}

/**
 * Returns the property `id` of a call, or no property if majordomo generated the id. Older models do not accept ids, and some
 * platforms reject ids that the platform did not create. Without ids, the API matches results to calls by their order.
 */
const idOf = (id: string): { readonly id?: string } => (isGeneratedCallId(id) ? {} : { id });

function resultParts(results: readonly ResultPart[], { toolImages }: Quirks): readonly JsonObject[] {
  const inResponse = toolImages === 'in-response';
  const after = inResponse ? [] : results.flatMap((result) => imagesOf(result).map(inline));
  return [...results.map((result) => responseOf(result, inResponse)), ...after];
}

function responseOf(result: ResultPart, withMedia: boolean): JsonObject {
  const { callId, name, content, isError } = result;
  const text = content.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
  const media = withMedia ? content.filter((piece) => piece.type !== 'text') : [];
  return {
    functionResponse: {
      ...idOf(callId),
      name: nameOf(name),
      response: {
        ...(isError === true ? { error: text } : { output: text }),
        ...(result.type === 'vendor-result' && computerResponse(result)),
      },
      ...(media.length > 0 && { parts: media.map(inline) }),
    },
  };
}

const imagesOf = ({ content }: ResultPart): ImagePart[] =>
  content.filter((piece): piece is ImagePart => piece.type === 'image');

/** Tool names that the API accepts. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;

/** Returns a valid name for a tool. The transcript can contain an invalid name that a model invented. */
const nameOf = (name: string): string => (NAME.test(name) ? name : sanitizeToolName(`_${name}`, 64));
