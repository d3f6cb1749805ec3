import type { FilePart, ToolResultPart } from '@majordomo/core';
import { isPlain, sniffMediaType } from '@majordomo/core/toolkit';

type Piece = ToolResultPart['content'][number];

const TEXT_MEMBERS: ReadonlySet<string> = new Set(['type', 'text', 'citations', 'isRefusal', 'replay']);
const MEDIA_MEMBERS: ReadonlySet<string> = new Set(['type', 'mediaType', 'bytes', 'name']);

/**
 * Returns the text, image or document part for an output, or `undefined` for JSON, such as an object with `type: 'text'` and more
 * members. Throws for bytes that no result can contain. If a target does not accept documents, core sends an error result. A text
 * document becomes text, because models read text, unless `keepsTextFiles` is set.
 */
export function partOf(value: unknown, keepsTextFiles = false): Piece | undefined {
  if (value instanceof Uint8Array) return mediaOf(value);
  if (value instanceof ArrayBuffer) return mediaOf(new Uint8Array(value));
  if (isTextPart(value)) return value;
  if (!isMediaPart(value)) return undefined;
  if (value.type === 'image') return value as Piece;
  const { bytes, mediaType } = value;
  if (mediaType.startsWith('image/')) return { type: 'image', mediaType, bytes };
  if (!keepsTextFiles && /^text\/|^application\/json\b/.test(mediaType))
    return { type: 'text', text: new TextDecoder().decode(bytes) };
  if (value.type === 'audio') throw new TypeError(unfit(`${bytes.length} bytes of ${mediaType}`));
  return value as Piece;
}

function mediaOf(bytes: Uint8Array): Piece {
  const mediaType = sniffMediaType(bytes);
  if (mediaType === undefined) throw new TypeError(unfit(`${bytes.length} bytes of an unknown media type`));
  return { type: mediaType.startsWith('image/') ? 'image' : 'file', mediaType, bytes };
}

const unfit = (what: string): string =>
  `the tool returned ${what}, which a tool result cannot contain; return their text, image(bytes, mediaType), file(bytes, mediaType) or an address`;

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

/** Remedies by class, for objects that JSON would write as `{}`. */
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

/** Returns the value as JSON. Throws a `TypeError` if the value contains data that JSON would lose. */
export function jsonOf(output: unknown): unknown {
  return JSON.stringify(output, function (this: Record<string, unknown>, key, value: unknown) {
    // `this[key]` is the original value, such as a Buffer. `value` is the result of `toJSON` if the original has it.
    const original = this[key];
    const place = key === '' ? '' : ` at "${key}"`;
    if (typeof original === 'bigint') throw lossError(place, 'bigint', 'return String(value)');
    if (typeof original !== 'object' || original === null) return value;
    if (ArrayBuffer.isView(original) || original instanceof ArrayBuffer)
      throw new TypeError(unfit(`binary data of ${original.byteLength} bytes${place}`));
    if ('toJSON' in original) return value;
    const kind = original instanceof Error ? 'Error' : Object.prototype.toString.call(original).slice(8, -1);
    if (Object.hasOwn(REMEDIES, kind)) throw lossError(place, kind, REMEDIES[kind] ?? '');
    if (isOpaque(original)) throw lossError(place, kind, 'return its data as plain objects and arrays');
    return value;
  });
}

/** Whether JSON would write the instance, such as an iterator or a stream, as `{}`. */
const isOpaque = (value: object): boolean =>
  !isPlain(value) && !Array.isArray(value) && Object.keys(value).length === 0;

const lossError = (place: string, kind: string, remedy: string): TypeError =>
  new TypeError(`the tool returned a value of type ${kind}${place}, which JSON cannot represent; ${remedy}`);
