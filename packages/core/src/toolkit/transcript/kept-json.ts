/** JSON by the identity of what it says; empty until it is asked for. */
const kept = new WeakMap<object, string>();

/**
 * Says of an object that nobody changes it from here on: its JSON is made once, and lives as long as the object. An
 * agent sends its whole transcript at every step, and all of it but the last two messages was sent before.
 */
export function keepJson<T extends object>(value: T): T {
  kept.set(value, '');
  return value;
}

/**
 * A list as JSON; what `keepJson` was told of is serialised only the first time. Put together by `+`: the engine links
 * the pieces and copies them once, when the text is sent, where `join` copies a transcript a second time.
 */
export function listJson(list: readonly unknown[]): string {
  let text = '[';
  for (let at = 0; at < list.length; at++) {
    if (at > 0) text += ',';
    text += jsonOf(list[at]);
  }
  return text + ']';
}

function jsonOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return serialised(value);
  const known = kept.get(value);
  if (known === undefined) return serialised(value);
  if (known !== '') return known;
  const text = serialised(value);
  kept.set(value, text);
  return text;
}

/** In a list, what JSON has no word for is null. */
function serialised(value: unknown): string {
  const text: unknown = JSON.stringify(value);
  return typeof text === 'string' ? wellFormed(text) : 'null';
}

/**
 * JSON text whose lone surrogates are U+FFFD: one of them makes strict parsers refuse the whole body. `JSON.stringify`
 * escapes a surrogate only where its other half is missing, and `\\ud800` is text that spells such an escape.
 */
export const wellFormed = (json: string): string =>
  json.includes('\\ud')
    ? json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === '\\\\' ? found : '\\ufffd'))
    : json;
