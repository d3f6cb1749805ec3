type HeaderRecord = Readonly<Record<string, string>>;

/**
 * Names in lower case, so that a later set replaces an earlier one whatever its case. What untyped code has left undefined is no
 * header: some SDKs would send the word.
 */
export const lowerCased = (headers: HeaderRecord = {}): HeaderRecord =>
  Object.fromEntries(
    Object.entries<string | undefined>(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );

/** Names of headers and query members that carry credentials, as vendors, gateways and apps call them (2026). */
const CREDENTIAL =
  /auth|key|token|secret|cookie|signature|credential|session|(?<![a-z])pass(?![a-z])|passw|jwt|subscription|licen[cs]e|vault|access(?!-control)/i;
/** Limits and counts of tokens are none. */
const COUNT = /rate-?limit|token-?count|tokens-?(?:used|limit|remaining|reset)/i;

/** Does a header of this name carry a credential? What errors hide and what recordings leave out is the same. */
export const isSecretHeader = (name: string): boolean => CREDENTIAL.test(name) && !COUNT.test(name);

/** Values of headers that carry credentials, with and without their scheme: an error page may echo either. */
export const secretsIn = (...sets: readonly (HeaderRecord | undefined)[]): readonly string[] =>
  sets.flatMap((headers) =>
    Object.entries<unknown>(headers ?? {}).flatMap(([name, value]) =>
      isSecretHeader(name) && typeof value === 'string' ? [value, ...withoutScheme(value)] : [],
    ),
  );

/** The key of a client that the app has made itself, where it keeps one. */
export const secretsOfClient = (client: object = {}): readonly string[] =>
  ['apiKey', 'authToken', 'adminAPIKey'].flatMap((name) => {
    const value: unknown = Reflect.get(client, name);
    return typeof value === 'string' ? [value] : [];
  });

const withoutScheme = (value: string): readonly string[] => {
  const [, credential] = /^[a-z-]{3,20}\s+(\S{3,})$/i.exec(value.trim()) ?? [];
  return credential === undefined ? [] : [credential];
};
