import { LlmError } from '@majordomo/core';
import type { ModelContext, ProviderOptions } from '@majordomo/core';
import {
  credentialSource,
  lowerCased,
  patientFetch,
  secretsIn,
  transportError,
} from '@majordomo/core/provider';
import { refusal } from './errors.ts';

/** What a call outside of majordomo's own may be given. */
export type ManageOptions = Partial<Pick<ModelContext, 'signal' | 'fetch' | 'headers'>>;

/** The server's own endpoints, beside those of the models. */
export interface Management {
  readonly target: string;
  /** Sends one request; throws what was refused, `config` without a URL, `aborted` after an abort. */
  send(method: 'GET' | 'POST', path: string, options: ManageOptions): Promise<Response>;
  /** The same, for a JSON answer. */
  json(method: 'GET' | 'POST', path: string, options: ManageOptions): Promise<unknown>;
  /** Posts a JSON text on behalf of one model; errors name it. */
  post(path: string, body: string, context: Pick<ModelContext, 'target'> & ManageOptions): Promise<unknown>;
}

/** What is sent where the server asks for no key. */
export const NO_KEY = 'no-key';

/** `baseURL` without `/v1`, which stands in the paths here, and without a slash at its end. An empty one is none. */
export const originOf = ({ baseURL }: ProviderOptions): string | undefined =>
  baseURL?.replace(/(?<!\/)\/+$/, '').replace(/\/v1$/, '') || undefined;

export function management(target: string, options: ProviderOptions): Management {
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
    const key = await credentials.read({ signal, env: {}, target });
    const fetch = options.fetch ?? call.fetch ?? patientFetch;
    const headers = {
      accept: 'application/json',
      ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
      ...lowerCased(call.headers),
      ...lowerCased(options.headers),
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
      throw await refusal(response, target, secrets);
    } catch (error) {
      throw failure(error, target, signal, secrets);
    }
  };
  const parsed = async (response: Response, call: ManageOptions, target: string): Promise<unknown> => {
    try {
      return await response.json();
    } catch (error) {
      throw failure(error, target, call.signal);
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

/** An empty key is none. */
export const keyOf = ({ apiKey }: ProviderOptions): NonNullable<ProviderOptions['apiKey']> =>
  apiKey === undefined || apiKey === '' ? NO_KEY : apiKey;

/** The name of a registered provider cannot be its variable's too: another one is told. */
export function missingURL(target: string): LlmError {
  const message = `no URL for ${target}: pass baseURL, or set LLM_BOX=llama-swap://host:8080 and ask for box/…`;
  return new LlmError('config', message, { target, code: 'missing-url' });
}

/** The transport broke, or the caller did not want any more. */
export function failure(
  error: unknown,
  target: string,
  signal: AbortSignal | undefined,
  secrets: readonly string[] = [],
): LlmError {
  return signal?.aborted === true && !LlmError.is(error)
    ? new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: error })
    : transportError(error, target, secrets);
}
