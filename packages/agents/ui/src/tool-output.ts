import type { JsonObject, JsonValue, ResultPiece, ToolCallPart, ToolResultPart } from '@majordomo/core';
import {
  asRecord,
  definedMembers,
  fromBase64,
  isList,
  toBase64,
  tryParseJson,
} from '@majordomo/core/toolkit';

type Pieces = readonly ResultPiece[];

/** Returns the JSON object without its `undefined` members. */
export const defined = (members: Readonly<Record<string, JsonValue | undefined>>): JsonObject =>
  definedMembers(members) as JsonObject;

/** Returns the text of a result, with media types in place of images and documents. */
export const textOfResult = (pieces: Pieces): string =>
  pieces.map((piece) => (piece.type === 'text' ? piece.text : `[${piece.mediaType}]`)).join('\n');

/** Returns the result of a call. A string becomes one text piece. */
export const resultOf = (
  { id, name }: Pick<ToolCallPart, 'id' | 'name'>,
  content: string | Pieces,
  isError?: boolean,
): ToolResultPart => ({
  type: 'tool-result',
  callId: id,
  name,
  content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  ...(isError !== undefined && { isError }),
});

/** Returns the state of a tool part that has a result, and the members of that state. */
export const outputState = ({ content, isError }: ToolResultPart): JsonObject & { state: string } =>
  isError === true
    ? { state: 'output-error', errorText: textOfResult(content) }
    : { state: 'output-available', output: outputOf(content) };

/** Returns pieces as the output of a tool part: a parsed object or array, a string, or pieces with base64 data. */
function outputOf(pieces: Pieces): JsonValue {
  const exact = exactOutput(pieces);
  const isJson = typeof exact === 'string' && /^\s*[[{]/.test(exact);
  return isJson ? ((tryParseJson(exact) as JsonValue | undefined) ?? exact) : exact;
}

/** Returns an output from which `piecesOf` reads the same pieces: a string, or the form of the AI SDK for several pieces and files. */
export function exactOutput(pieces: Pieces): JsonValue {
  const [piece] = pieces;
  if (pieces.length === 1 && piece?.type === 'text') return piece.text;
  return { type: 'content', value: pieces.map(pieceJson) };
}

/** Returns the pieces of an output, which may be any value. An output in another form is JSON text for the model. */
export function piecesOf(output: unknown): Pieces {
  const { type, value } = asRecord(output);
  const pieces = type === 'content' && isList(value) ? value.map(pieceFrom) : undefined;
  if (pieces !== undefined && pieces.every((piece) => piece !== undefined)) return pieces;
  return [{ type: 'text', text: typeof output === 'string' ? output : JSON.stringify(output ?? null) }];
}

/** Returns the text and the images of a result of MCP; `undefined` for any other output. */
export function piecesOfMcp(output: unknown): Pieces | undefined {
  const { content, structuredContent } = asRecord(output);
  if (!isList(content)) return undefined;
  const pieces = content.map(pieceOfBlock);
  if (pieces.length > 0) return pieces;
  return [
    { type: 'text', text: structuredContent === undefined ? 'done' : JSON.stringify(structuredContent) },
  ];
}

function pieceOfBlock(block: unknown): ResultPiece {
  const { type, text, data, mimeType: mediaType } = asRecord(block);
  if (type === 'text' && typeof text === 'string') return { type, text };
  const image = type === 'image' ? pieceFrom({ type: 'image-data', mediaType, data }) : undefined;
  return image ?? { type: 'text', text: `[${typeof mediaType === 'string' ? mediaType : String(type)}]` };
}

function pieceJson(piece: ResultPiece): JsonObject {
  if (piece.type === 'text') return { type: 'text', text: piece.text };
  const { type, mediaType, bytes } = piece;
  const filename = type === 'file' ? piece.name : undefined;
  return defined({ type: `${type}-data`, mediaType, data: toBase64(bytes), filename });
}

function pieceFrom(json: unknown): ResultPiece | undefined {
  const { type, text, mediaType, data, filename } = asRecord(json);
  if (type === 'text' && typeof text === 'string') return { type, text };
  if (typeof mediaType !== 'string' || typeof data !== 'string') return undefined;
  try {
    const bytes = fromBase64(data);
    if (type === 'image-data') return { type: 'image', mediaType, bytes };
    const name = typeof filename === 'string' ? { name: filename } : {};
    return type === 'file-data' ? { type: 'file', mediaType, bytes, ...name } : undefined;
  } catch {
    return undefined;
  }
}
