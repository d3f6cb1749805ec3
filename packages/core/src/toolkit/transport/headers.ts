type HeaderRecord = Readonly<Record<string, string>>;

/** Names in lower case, so that a later set replaces an earlier one whatever its case. */
export const lowerCased = (headers: HeaderRecord = {}): HeaderRecord =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Values of headers that carry credentials, with and without their scheme: an error page may echo either. */
export const secretsIn = (...sets: readonly (HeaderRecord | undefined)[]): readonly string[] =>
  sets.flatMap((headers) =>
    Object.entries(headers ?? {}).flatMap(([name, value]) =>
      /auth|key|token|secret|cookie/i.test(name) ? [value, ...withoutScheme(value)] : [],
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
