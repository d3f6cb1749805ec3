import { isIsoDay, isRecord } from '@majordomo/core/toolkit';

/** Object in the data of a source. Its properties may have any type. */
export type Json = Readonly<Record<string, unknown>>;

/** Returns a property that is an object; an empty object for any other value. */
export function recordIn(json: Json, name: string): Json {
  const value = Object.hasOwn(json, name) ? json[name] : undefined;
  return isRecord(value) ? value : {};
}

/** Returns the objects in an array property; an empty array for any other value. */
export const recordsIn = (json: Json, name: string): readonly Json[] => recordsOf(json[name]);

export const recordsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

export const textsIn = (json: Json, name: string): readonly string[] => {
  const value = json[name];
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
};

export const textIn = (json: Json, name: string): string | undefined => {
  const value = json[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const numberIn = (json: Json, name: string): number | undefined => {
  const value = json[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

/** Returns an ISO date. For `2025-08`, returns the first day of the month; for other values, `undefined`. */
export function isoDate(text: string | undefined): string | undefined {
  const day = text !== undefined && /^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text;
  return day !== undefined && isIsoDay(day) ? day : undefined;
}
