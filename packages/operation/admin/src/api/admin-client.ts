import { LlmError, type ErrorKind } from '@majordomo/core';
import { asRecord, asText, checkOptions } from '@majordomo/core/toolkit';

/** Options of `remoteKeys` and `remoteMcp`. */
export interface RemoteOptions {
  /** Address of the admin API, such as `https://gateway.example/admin/v1`. */
  readonly url: string;
  /** Token of the admin API, or secret of a key with `admin`. */
  readonly token: string;
  /** Function that sends requests. @default `fetch` of the platform */
  readonly fetch?: typeof fetch | undefined;
}

/** Error kind for each status of an error response. For any other status, the kind is `server`. */
const KINDS: Readonly<Record<number, ErrorKind>> = {
  400: 'config',
  401: 'auth',
  403: 'auth',
  404: 'not-found',
  409: 'denied',
};

/** Sends a request to the admin API, and returns its response. */
export type AdminApi = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<Readonly<Record<string, unknown>>>;

/** Returns a function that sends requests to the admin API of a running gateway. It rejects with the errors of the API. */
export function adminApi(subject: string, options: RemoteOptions): AdminApi {
  checkOptions(subject, options, { url: 'string', token: 'string', fetch: 'function' }, ['url', 'token']);
  const { url, token, fetch: send = fetch } = options;
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    let response: Response;
    let answer: unknown;
    try {
      response = await send(url.replace(/\/$/, '') + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      answer = await response.json();
    } catch (cause) {
      throw new LlmError(
        'network',
        `the admin API at ${url} did not respond with JSON; check url and the network`,
        {},
        { cause },
      );
    }
    if (response.ok) return asRecord(answer);
    const error = asRecord(asRecord(answer)['error']);
    throw new LlmError(
      KINDS[response.status] ?? 'server',
      asText(error['message']) ?? `the admin API at ${url} returned the status ${response.status}`,
      {
        status: response.status,
        code: asText(error['code']),
        path: asText(error['path']),
      },
    );
  };
}
