import { base } from './connect.ts';

/** Requests JSON from the server. Throws an error with the server's message if the server rejects the request. */
export async function requestJson<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  return jsonOf<T>(await fetch(`${base}/${path}?${new URLSearchParams(query).toString()}`));
}

/** Benches a target for `ms` milliseconds, or until its release if `ms` is null. Releases the target if `ms` is undefined. */
export async function setBench(target: string, ms: number | null | undefined): Promise<void> {
  const body = JSON.stringify(ms === undefined ? { target } : { target, ms });
  await jsonOf(
    await fetch(`${base}/steer`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
  );
}

/** Sends a request to the admin API. If the API rejects the request, throws an error with the API's message. */
export async function requestAdmin<T>(method: string, path: string, body?: object): Promise<T> {
  return jsonOf<T>(
    await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    }),
  );
}

/** Returns the JSON of a response. The inspector sends the message of an error as a string, and the admin API in an object. */
async function jsonOf<T>(response: Response): Promise<T> {
  const value = (await response.json().catch(() => ({}))) as T & {
    readonly error?: { readonly message?: string } | string;
  };
  if (response.ok) return value;
  const { error } = value;
  const message = typeof error === 'string' ? error : error?.message;
  throw new Error(message ?? `the server responded with ${response.status}`);
}
