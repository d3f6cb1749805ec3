import { memoize } from './memoize.ts';

const MAX_CACHED = 1000;
const MIN_LENGTH = 3;
const JSON_LEVELS = 6;
const MIN_BASE64_LENGTH = 8;

/** Returns all forms of known secrets. Returns no forms if `secrets` throws. */
export function literalForms(secrets: (() => Iterable<string>) | undefined): readonly string[] {
  if (secrets === undefined) return [];
  try {
    const forms = new Set<string>();
    for (const secret of secrets()) {
      if (typeof secret === 'string') for (const form of formsOf(secret)) forms.add(form);
    }
    return [...forms];
  } catch {
    return [];
  }
}

/** Caches the forms of a secret, because computing them is expensive. */
const formsOf = memoize(newForms, MAX_CACHED);

/** Returns the secret unchanged, trimmed, percent-encoded, escaped for up to six levels of JSON, and in base64. */
function newForms(secret: string): readonly string[] {
  const bare = secret.trim();
  // Ignore a short secret, because it would mask ordinary text.
  if (bare.length < MIN_LENGTH) return [];
  const inUrl = percentEncoded(bare);
  return [
    ...new Set([
      ...inJson(secret),
      ...inJson(bare),
      inUrl,
      inUrl.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      inUrl.replaceAll('%20', '+'),
      ...inBase64(bare),
    ]),
  ];
}

/** Returns the secret as escaped at each level of JSON. Each level doubles the backslashes. */
function inJson(text: string): readonly string[] {
  const forms = [text];
  for (let level = 1; level <= JSON_LEVELS; level++) forms.push(JSON.stringify(forms.at(-1)).slice(1, -1));
  return forms;
}

function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // A secret with half of a surrogate pair has no percent-encoding.
    return text;
  }
}

/** Pairs of the number of bytes before the secret in a group of three, and the number of base64 characters that they affect. */
const BASE64_OFFSETS = [
  [0, 0],
  [1, 2],
  [2, 3],
] as const;

/** Returns the secret in base64 for each of `BASE64_OFFSETS`, without the characters that also depend on other bytes. */
function inBase64(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  return BASE64_OFFSETS.flatMap(([before, influenced]) => {
    const binary = '\0'.repeat(before) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const end = Math.floor((binary.length * 8) / 6);
    const form = btoa(binary).slice(influenced, end);
    if (form.length < MIN_BASE64_LENGTH) return [];
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
