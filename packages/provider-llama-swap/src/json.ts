/** An object, or one without members. */
export const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
