/** Shapes of keys that vendors issue, and places where a credential stands in text. */
const KEY_SHAPES: readonly RegExp[] = [
  /\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}/g,
  /\b(?:gsk|xai|hf|r8|csk|nvapi|pplx|ghp|gho|github_pat)[-_][A-Za-z0-9_-]{16,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bya29\.[A-Za-z0-9._-]{10,}/g,
  /(?<=\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /(?<=\b(?:x-api-key|api-key|x-goog-api-key)["']?\s*[:=]\s*["']?)[^\s"',}]{6,}/gi,
  /(?<=:\/\/)[^\s/@"']+(?=@)/g,
];

const MASK = '***';

/** The text with every known secret and everything of a key's shape masked. */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  let clean = text;
  // A secret of one or two characters would mask half of the text and protects nothing.
  for (const secret of secrets)
    if (secret !== undefined && secret.length > 2) clean = clean.replaceAll(secret, MASK);
  for (const shape of KEY_SHAPES) clean = clean.replace(shape, MASK);
  return clean;
}
