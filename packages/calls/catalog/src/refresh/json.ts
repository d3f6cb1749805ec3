import { asList, asNumber, asRecord, asText, isIsoDay, isRecord } from '@majordomo/core/toolkit';

/** Object in the data of a source. Its properties may have any type. */
export type Json = Readonly<Record<string, unknown>>;

/** Returns a property that is an object; an empty object for any other value. */
export const recordIn = (json: Json, name: string): Json =>
  asRecord(Object.hasOwn(json, name) ? json[name] : undefined);

/** Returns the objects in an array property; an empty array for any other value. */
export const recordsIn = (json: Json, name: string): readonly Json[] => recordsOf(json[name]);

export const recordsOf = (value: unknown): readonly Json[] => asList(value).filter(isRecord);

export const textsIn = (json: Json, name: string): readonly string[] =>
  asList(json[name]).filter((word) => typeof word === 'string');

/** Returns a property that is a non-empty string; `undefined` for any other value. */
export const textIn = (json: Json, name: string): string | undefined => asText(json[name]) || undefined;

export const numberIn = (json: Json, name: string): number | undefined => asNumber(json[name]);

/** Returns an ISO date. For `2025-08`, returns the first day of the month; for other values, `undefined`. */
export function isoDate(text: string | undefined): string | undefined {
  const day = text !== undefined && /^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text;
  return day !== undefined && isIsoDay(day) ? day : undefined;
}
