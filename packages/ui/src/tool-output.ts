import {
  fromJson,
  toJson,
  type JsonObject,
  type JsonValue,
  type ResultPiece,
  type ToolResultPart,
} from '@majordomo/core';
import { asRecord, fromBase64, isList, isRecord, toBase64 } from '@majordomo/core/toolkit';

type Content = Pick<ToolResultPart, 'content' | 'isError'>;

/** Returns the text of a result. */
export const textOfResult = ({ content }: Content): string =>
  content.map((piece) => (piece.type === 'text' ? piece.text : `[${piece.mediaType}]`)).join('\n');

/** Returns a result as the output of a tool part: a parsed object or array, a string, or pieces with base64 data. */
export function outputOf({ content }: Content): JsonValue {
  const [piece] = content;
  if (content.length === 1 && piece?.type === 'text') return parsedText(piece.text);
  return { type: 'content', value: content.map(pieceJson) };
}

/** Returns the result from the output of a tool part that a page sent. */
export function resultOf(output: unknown): Content {
  if (typeof output === 'string') return textResult(output);
  const { type, value } = asRecord(output);
  const pieces = type === 'content' && isList(value) ? value.map(pieceFrom) : [undefined];
  return pieces.every((piece) => piece !== undefined)
    ? { content: pieces }
    : textResult(JSON.stringify(output ?? null));
}

export const textResult = (text: string, isError?: true): Content => ({
  content: [{ type: 'text', text }],
  ...(isError && { isError }),
});

/** Returns metadata that preserves the exact result, if the output of the part cannot: for JSON with spaces, or an error with images. */
export function exactResult({ content, isError }: Content): { readonly result?: JsonValue } {
  const shown =
    isError === true ? textResult(textOfResult({ content }), true) : resultOf(outputOf({ content }));
  const exact = toJson({ content, isError });
  return JSON.stringify(toJson(shown)) === JSON.stringify(exact) ? {} : { result: exact };
}

/** Returns the result of `exactResult`; `undefined` for any other value. */
export function readExactResult(json: unknown): Content | undefined {
  if (!isRecord(json)) return undefined;
  try {
    const { content, isError } = fromJson<Partial<Content>>(json);
    if (!isList(content) || !content.every(isPiece)) return undefined;
    return { content, ...(typeof isError === 'boolean' ? { isError } : {}) };
  } catch {
    return undefined;
  }
}

function parsedText(text: string): JsonValue {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function pieceJson(piece: ResultPiece): JsonObject {
  if (piece.type === 'text') return { type: 'text', text: piece.text };
  const { type, mediaType, bytes } = piece;
  const name = type === 'file' && piece.name !== undefined ? { filename: piece.name } : {};
  return { type: `${type}-data`, mediaType, data: toBase64(bytes), ...name };
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

function isPiece(piece: unknown): piece is ResultPiece {
  const { type, text, mediaType, bytes } = asRecord(piece);
  if (type === 'text') return typeof text === 'string';
  return (
    (type === 'image' || type === 'file') && typeof mediaType === 'string' && bytes instanceof Uint8Array
  );
}
