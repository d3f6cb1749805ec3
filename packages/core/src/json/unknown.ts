/** An object that is not a list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list. `Array.isArray` would make `any[]` of one that is unknown or read-only. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The object, or one without members. */
export const asRecord = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** The list, or an empty one. */
export const asList = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

/** The text, or `undefined` for anything else. */
export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The number, or `undefined` for anything else, NaN and the infinities included: unknown is not zero. */
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
