/** Headers that the SDKs of OpenAI, Anthropic, Groq and Cerebras set themselves. */
const SDK_HEADERS: readonly string[] = [
  'accept',
  'content-type',
  'user-agent',
  ...['arch', 'lang', 'os', 'package-version', 'retry-count', 'runtime', 'runtime-version'].map(
    (name) => `x-stainless-${name}`,
  ),
];

/**
 * Returns `fetch` without the headers that neither the SDK nor the provider sets: SDKs add those of variables such as
 * `OPENAI_CUSTOM_HEADERS` of the process. `names` are what the provider sets, in lower case.
 */
export function withKnownHeaders(
  fetch: typeof globalThis.fetch,
  names: Iterable<string>,
): typeof globalThis.fetch {
  const known = new Set([...SDK_HEADERS, ...names]);
  return (url, init) => {
    const headers = new Headers(init?.headers);
    for (const name of [...headers.keys()]) if (!known.has(name)) headers.delete(name);
    return fetch(url, { ...init, headers });
  };
}
