/**
 * Escapes characters that databases cannot store in a text: U+0000 and lone surrogates. JSON escapes them itself. Equal
 * strings remain equal, and different ones different.
 */
export const toStoredText = (value: string): string =>
  value.replace(/[\0\\\p{Surrogate}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Returns the string of an escaped text. */
export const fromStoredText = (text: string): string =>
  text.replace(/\\u([\da-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
