import type { JsonObject } from '@majordomo/core';
import { asList, asText, isRecord, tryParseJson } from '@majordomo/core/toolkit';
import type { WireRequest } from './wire.ts';

/** Object of a request body, whose members can have any type. */
export type Members = Readonly<Record<string, unknown>>;

/** Returns the objects of an array, or `[]` for any other value. */
export const objectsIn = (value: unknown): readonly Members[] => asList(value).filter(isRecord);

/** Returns the string, or `''` for any other value. */
export const stringOf = (value: unknown): string => asText(value) ?? '';

/** Returns a content that is a string, or the joined texts of its parts. */
export const textOf = (content: unknown, separator = ''): string =>
  asText(content) ??
  objectsIn(content)
    .flatMap(({ text }) => asText(text) ?? [])
    .join(separator);

/** Returns the members `kind` of the objects that have an object there. The kind of such an object is the name of its member. */
export const ofKind = (objects: readonly Members[], kind: string): readonly Members[] =>
  objects.flatMap((each) => {
    const member = each[kind];
    return isRecord(member) ? [member] : [];
  });

/** Returns the arguments of a call: the value of their JSON, or the text itself if it is not JSON. */
export const argumentsOf = (json: unknown): unknown => tryParseJson(stringOf(json)) ?? stringOf(json);

type WireImage = WireRequest['images'][number];

/** Returns an image or a recording whose bytes are base64 text. */
export const mediaOf = (mediaType: string, base64: string): WireImage => ({
  mediaType,
  bytes: new Uint8Array(Buffer.from(base64, 'base64')),
});

/** Returns the media type and the base64 text of a data URL, or `undefined` for any other value. */
export function dataUrl(url: unknown): { readonly mediaType: string; readonly data: string } | undefined {
  const [, mediaType, data] = /^data:([^;,]*);base64,(.*)$/s.exec(stringOf(url)) ?? [];
  return mediaType === undefined || data === undefined ? undefined : { mediaType, data };
}

/** Returns the image of a data URL, or `[]` for any other value. */
export function imageOfUrl(url: unknown): readonly WireImage[] {
  const { mediaType, data } = dataUrl(url) ?? {};
  return mediaType === undefined || data === undefined ? [] : [mediaOf(mediaType, data)];
}

/** Returns a JSON Schema, or `undefined` if the value is not an object. */
export const schemaOf = (value: unknown): JsonObject | undefined =>
  isRecord(value) ? (value as JsonObject) : undefined;

/** Whether a text is the result of a failed tool, on wires that have no field for it. */
export const isFailureText = (text: string): boolean => /^error\b/i.test(text);

/** Returns the first item that a list contains twice, such as a name that must be unique. */
export const duplicateIn = <Item>(items: readonly Item[]): Item | undefined =>
  items.find((item, index) => items.indexOf(item) !== index);
