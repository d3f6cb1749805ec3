/**
 * Escapes characters that databases cannot store in a text column: U+0000 and lone surrogates. Different strings never have
 * the same result. JSON does not need this function, because `JSON.stringify` escapes these characters.
 */
export const toStoredText = (value: string): string =>
  value.replace(/[\0\\\p{Surrogate}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Returns the original of a string that `toStoredText` escaped. */
export const fromStoredText = (text: string): string =>
  text.replace(/\\u([\da-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
