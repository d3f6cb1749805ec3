import type { FilePart, ToolResultPart } from '@majordomo/core';
import { sniffMediaType } from '@majordomo/core/toolkit';

type Piece = ToolResultPart['content'][number];

const TEXT_MEMBERS: ReadonlySet<string> = new Set(['type', 'text', 'citations', 'isRefusal', 'replay']);
const MEDIA_MEMBERS: ReadonlySet<string> = new Set(['type', 'mediaType', 'bytes', 'name']);

/**
 * Returns the text or image part that a value of a tool's output is, or `undefined` for data. Other members make a value
 * with `type: 'text'` a row of data. Throws for bytes that no result can hold.
 */
export function partOf(value: unknown): Piece | undefined {
  if (value instanceof Uint8Array) return imageOf(value);
  if (value instanceof ArrayBuffer) return imageOf(new Uint8Array(value));
  if (isTextPart(value)) return value;
  if (!isMediaPart(value)) return undefined;
  if (value.type === 'image') return value as Piece;
  const { bytes, mediaType } = value;
  if (mediaType.startsWith('image/')) return { type: 'image', mediaType, bytes };
  if (/^text\/|^application\/json\b/.test(mediaType))
    return { type: 'text', text: new TextDecoder().decode(bytes) };
  throw new TypeError(unfit(`${bytes.length} bytes of ${mediaType}`));
}

function imageOf(bytes: Uint8Array): Piece {
  const mediaType = sniffMediaType(bytes);
  if (mediaType?.startsWith('image/') !== true) throw new TypeError(unfit(`${bytes.length} bytes`));
  return { type: 'image', mediaType, bytes };
}

const unfit = (what: string): string =>
  `the tool returned ${what}, which a tool result cannot hold; return their text, image(bytes, mediaType), or an address`;

const isTextPart = (value: unknown): value is Piece & { readonly type: 'text' } =>
  hasOnly(value, TEXT_MEMBERS) && value['type'] === 'text' && typeof value['text'] === 'string';

type MediaPart = Pick<FilePart, 'mediaType' | 'bytes'> & { readonly type: string };

const isMediaPart = (value: unknown): value is MediaPart =>
  hasOnly(value, MEDIA_MEMBERS) &&
  /^(?:image|file|audio)$/.test(String(value['type'])) &&
  typeof value['mediaType'] === 'string' &&
  value['bytes'] instanceof Uint8Array;

function hasOnly(value: unknown, members: ReadonlySet<string>): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.keys(value).every((key) => members.has(key));
}

/** Classes whose values JSON would write as `{}` or as a list of numbers, and what to return instead. */
const REMEDIES: Readonly<Record<string, string>> = {
  Map: 'return Object.fromEntries(map)',
  Set: 'return [...set]',
  Error: 'throw it',
  Generator: 'return [...generator]',
  AsyncGenerator: 'return an array of its values',
  Promise: 'await it',
  Response: 'return await response.text()',
  Blob: 'return await blob.text()',
  File: 'return await file.text()',
  Headers: 'return Object.fromEntries(headers)',
  URLSearchParams: 'return Object.fromEntries(query)',
};

/** Returns the value as JSON. Throws a `TypeError` for a value in it that JSON would lose. */
export function jsonOf(output: unknown): unknown {
  return JSON.stringify(output, function (this: Record<string, unknown>, key, value: unknown) {
    // Here a Buffer is still one; `value` is what its `toJSON` returned.
    const original = this[key];
    if (typeof original !== 'object' || original === null) return value;
    const path = key === '' ? 'a value' : `at "${key}" a value`;
    if (ArrayBuffer.isView(original) || original instanceof ArrayBuffer)
      throw new TypeError(unfit(`${path} of ${original.byteLength} bytes`));
    if ('toJSON' in original) return value;
    const kind = original instanceof Error ? 'Error' : Object.prototype.toString.call(original).slice(8, -1);
    const remedy = REMEDIES[kind];
    if (remedy !== undefined && Object.hasOwn(REMEDIES, kind))
      throw new TypeError(`the tool returned ${path} of type ${kind}, which JSON cannot hold; ${remedy}`);
    return value;
  });
}
