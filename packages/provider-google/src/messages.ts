import type {
  AssistantPart,
  AudioPart,
  FilePart,
  ImagePart,
  JsonObject,
  JsonValue,
  ToolResultPart,
  TurnMessage,
  UserPart,
} from '@majordomo/core';
import { isGeneratedCallId, toBase64 } from '@majordomo/core/toolkit';
import { sanitizeToolName } from '@majordomo/wire-kit';
import { keptPart } from './vendor-parts.ts';
import type { Quirks } from './quirks.ts';

/**
 * Sent in place of a signature on calls that other models made. Documented as the way to bring in foreign history:
 * ai.google.dev/gemini-api/docs/thought-signatures, seen 2026-11.
 */
const UNSIGNED_MARK = 'skip_thought_signature_validator';

/**
 * One message as the wire's content; nothing for an assistant turn of which nothing can be sent. Tokens of another
 * family than `family` are not sent.
 */
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

/** Does the turn begin its calls with one that is not signed? Only the first of parallel calls carries a signature. */
export function isUnsigned(parts: readonly AssistantPart[], family: string): boolean {
  const first = parts.find(({ type }) => type === 'tool-call');
  return first !== undefined && typeof tokenOf(first, family) !== 'string';
}

const tokenOf = ({ replay }: AssistantPart, family: string): JsonValue | undefined =>
  replay?.family === family ? replay.data : undefined;

/** The wire refuses an empty text; a turn must have something all the same. */
function userParts(parts: readonly UserPart[]): readonly JsonObject[] {
  const sent = parts.filter((part) => part.type !== 'text' || part.text !== '');
  return sent.length === 0
    ? [{ text: ' ' }]
    : sent.map((part) => (part.type === 'text' ? { text: part.text } : inline(part)));
}

const inline = ({ mediaType, bytes }: ImagePart | FilePart | AudioPart): JsonObject => ({
  inlineData: { mimeType: mediaType, data: toBase64(bytes) },
});

function modelParts(
  parts: readonly AssistantPart[],
  { unsignedCalls }: Quirks,
  family: string,
): readonly JsonObject[] {
  let isBare = unsignedCalls === 'mark' && isUnsigned(parts, family);
  return parts.flatMap((part) => {
    const token = tokenOf(part, family) ?? (isBare && part.type === 'tool-call' ? UNSIGNED_MARK : undefined);
    if (part.type === 'tool-call') isBare = false;
    return modelPart(part, token);
  });
}

function modelPart(part: AssistantPart, token: JsonValue | undefined): readonly JsonObject[] {
  const kept = keptPart(part, token);
  if (kept !== undefined) return [kept];
  const signature = typeof token === 'string' ? token : undefined;
  const signed = signature === undefined ? {} : { thoughtSignature: signature };
  switch (part.type) {
    case 'text':
      return part.text === '' && signature === undefined ? [] : [{ text: part.text, ...signed }];
    case 'reasoning':
      // A summary without a signature tells the model nothing: it is not sent.
      return signature === undefined ? [] : [{ text: part.text, thought: true, ...signed }];
    case 'vendor':
      return [];
    case 'tool-call':
      return [{ functionCall: { ...idOf(part.id), name: nameOf(part.name), args: part.args }, ...signed }];
  }
}

/** Older models know no ids, and some platforms refuse one that they did not give: calls are told apart by their order. */
const idOf = (id: string): { readonly id?: string } => (isGeneratedCallId(id) ? {} : { id });

/** All results of a turn in one content, in the order of the calls. */
function resultParts(results: readonly ToolResultPart[], { toolImages }: Quirks): readonly JsonObject[] {
  const inResponse = toolImages === 'in-response';
  const after = inResponse ? [] : results.flatMap((result) => imagesOf(result).map(inline));
  return [...results.map((result) => responseOf(result, inResponse)), ...after];
}

function responseOf(result: ToolResultPart, withImages: boolean): JsonObject {
  const { callId, name, content, isError } = result;
  const text = content.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
  const images = withImages ? imagesOf(result) : [];
  return {
    functionResponse: {
      ...idOf(callId),
      name: nameOf(name),
      response: isError === true ? { error: text } : { output: text },
      ...(images.length > 0 && { parts: images.map(inline) }),
    },
  };
}

const imagesOf = ({ content }: ToolResultPart): ImagePart[] =>
  content.filter((piece): piece is ImagePart => piece.type === 'image');

/** What the wire takes as a name; a declared tool's own is one. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;

/** A model may have called what nobody declared: the transcript has it for ever. */
const nameOf = (name: string): string => (NAME.test(name) ? name : sanitizeToolName(`_${name}`, 64));
