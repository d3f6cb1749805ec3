type HeaderRecord = Readonly<Record<string, string>>;

/** Names in lower case, so that a later set replaces an earlier one whatever its case. */
export const lowerCased = (headers: HeaderRecord = {}): HeaderRecord =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Values of headers that carry credentials: an error page may echo them. */
export const secretsIn = (...sets: readonly (HeaderRecord | undefined)[]): readonly string[] =>
  sets.flatMap((headers) =>
    Object.entries(headers ?? {}).flatMap(([name, value]) =>
      /auth|key|token|secret|cookie/i.test(name) ? [value] : [],
    ),
  );
