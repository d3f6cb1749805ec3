import { base } from './connect.ts';

/** Requests JSON from the server. Throws an error with the server's message if the server rejects the request. */
export async function requestJson<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await fetch(`${base}/${path}?${new URLSearchParams(query).toString()}`);
  return (await accepted(response)).json() as Promise<T>;
}

/** Benches a target for `ms` milliseconds, or until its release if `ms` is null. Releases the target if `ms` is undefined. */
export async function setBench(target: string, ms: number | null | undefined): Promise<void> {
  await post('steer', { target, ms });
}

/** Sends JSON, and returns the JSON of the response. Throws as {@link post} does. */
export async function postJson<T>(path: string, body: object): Promise<T> {
  return (await post(path, body)).json() as Promise<T>;
}

/** Sends JSON to the server. Throws an error with the server's message if the server rejects the request. */
export async function post(path: string, body: object, signal: AbortSignal | null = null): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return accepted(
    await fetch(`${base}/${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal }),
  );
}

/**
 * Returns a successful response, and otherwise throws. The inspector sends the message of an error as a string, and the admin API in
 * an object.
 */
async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as {
    readonly error?: { readonly message?: string } | string;
  };
  const message = typeof error === 'string' ? error : error?.message;
  throw new Error(message ?? `the server responded with ${response.status}`);
}
