import type { ModelContext } from '@majordomo/core';
import { credentialSource, directFetch, lowerCaseNames, patientFetch, secretsIn } from '@majordomo/wire-kit';
import { callError, missingURL, responseError } from './errors.ts';
import { keyOf, originOf, type LlamaSwapOptions, type ManageOptions } from './options.ts';

/** Client of the server's management endpoints. */
export interface Management {
  readonly target: string;
  /** Sends a request. Throws the error of an error response, `config` if the URL is missing, and `aborted` after an abort. */
  send(method: 'GET' | 'POST', path: string, options: ManageOptions): Promise<Response>;
  /** Sends one request and parses the response as JSON. */
  json(method: 'GET' | 'POST', path: string, options: ManageOptions): Promise<unknown>;
  /** Posts JSON for one model and parses the response as JSON. Errors contain the target of the model. */
  post(path: string, body: string, context: Pick<ModelContext, 'target'> & ManageOptions): Promise<unknown>;
}

/** Creates a client of the management endpoints. */
export function createManagement(target: string, options: LlamaSwapOptions): Management {
  // `keyOf` always returns a key, so no environment variable is read.
  const credentials = credentialSource(keyOf(options), []);
  const request = async (
    method: 'GET' | 'POST',
    path: string,
    call: ManageOptions,
    target: string,
    body?: string,
  ): Promise<Response> => {
    const { signal = new AbortController().signal } = call;
    const origin = originOf(options);
    if (origin === undefined) throw missingURL(target);
    const key = await credentials.resolve({ signal, env: {}, target });
    // `directFetch` rejects redirects, so that the key is sent to no other server, and limits the size of a body.
    const fetch = directFetch(options.fetch ?? call.fetch ?? patientFetch, target);
    const headers = {
      accept: 'application/json',
      ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
      ...lowerCaseNames(call.headers),
      ...lowerCaseNames(options.headers),
      authorization: `Bearer ${key}`,
    };
    const secrets = [key, ...secretsIn(call.headers, options.headers)];
    try {
      const response = await fetch(`${origin}${path}`, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
      });
      if (response.ok) return response;
      throw await responseError(response, target, secrets);
    } catch (error) {
      throw callError(error, target, signal, secrets);
    }
  };
  const parsed = async (response: Response, call: ManageOptions, target: string): Promise<unknown> => {
    try {
      return await response.json();
    } catch (error) {
      throw callError(error, target, call.signal);
    }
  };
  return {
    target,
    send: (method, path, call) => request(method, path, call, target),
    json: async (method, path, call) => parsed(await request(method, path, call, target), call, target),
    post: async (path, body, context) =>
      parsed(await request('POST', path, context, context.target, body), context, context.target),
  };
}
