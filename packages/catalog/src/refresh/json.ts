/** An object of a source, whose members may be anything. */
export type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns a member as an object; an empty object if it is not one. */
export function recordIn(json: Json, name: string): Json {
  const value = Object.hasOwn(json, name) ? json[name] : undefined;
  return isRecord(value) ? value : {};
}

/** Returns the objects in an array; an empty array for any other value. */
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

/** Returns an ISO date, for `2025-08` the first day of the month; `undefined` for other values. */
export function isoDate(text: string | undefined): string | undefined {
  const day = text !== undefined && /^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text;
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : undefined;
}
