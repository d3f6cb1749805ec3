/** Forms of secrets, cached because they are expensive. */
const known = new Map<string, readonly string[]>();
const MAX_CACHED = 1000;
const MIN_LENGTH = 3;
const JSON_LEVELS = 6;
const MIN_BASE64_LENGTH = 8;

/** Returns all forms of known secrets in a text. A source that throws has none. */
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

function formsOf(secret: string): readonly string[] {
  const found = known.get(secret);
  if (found !== undefined) return found;
  const forms = newForms(secret);
  if (known.size >= MAX_CACHED) known.clear();
  known.set(secret, forms);
  return forms;
}

/** As it is, without its blanks, percent-encoded, inside JSON (up to six levels of it), and in base64 at any place. */
function newForms(secret: string): readonly string[] {
  const bare = secret.trim();
  // It would mask half of a text and protect nothing.
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

/** Each level doubles the backslashes. */
function inJson(text: string): readonly string[] {
  const forms = [text];
  for (let level = 1; level <= JSON_LEVELS; level++) forms.push(JSON.stringify(forms.at(-1)).slice(1, -1));
  return forms;
}

function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair, which no URL can carry.
    return text;
  }
}

/** Bytes before the secret move its bits by 0, 2 or 4: only characters that it alone decides are looked for. */
function inBase64(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  return [0, 1, 2].flatMap((before) => {
    const binary = '\0'.repeat(before) + Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const whole = Math.floor((binary.length * 8) / 6);
    const form = btoa(binary).slice(Math.ceil((before * 8) / 6), whole);
    if (form.length < MIN_BASE64_LENGTH) return [];
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
