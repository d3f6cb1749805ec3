import { LlmError } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { limitBody, resolveHost, systemResolve, type Resolve } from '@majordomo/wire-kit';
import type { FetchLike } from '@modelcontextprotocol/client';
import { isLoopback } from './loopback.ts';
import type { McpAddress } from '../options.ts';

/** Maximum size of a response and of an event, in bytes. The same limit applies to messages of programs. */
export const MAX_BYTES: number = 10 * 1024 * 1024;

/**
 * Returns a function that sends requests to the server, and to addresses that the server or its metadata names. An address of
 * another origin must have https and be public after its name is resolved, unless the server itself is on this machine or the host is in
 * `place.allow`. The SDK follows redirects with this function. A refused address is a `TypeError`, because the SDK ignores other
 * errors while it searches for metadata. Its cause is an `LlmError`.
 */
export function guardedFetch(
  { url, allow = [], fetch = globalThis.fetch }: McpAddress,
  label: string,
  resolve: Resolve = systemResolve,
): FetchLike {
  const place = new URL(url);
  if (isLoopback(place)) return (input, init) => fetch(input, init);
  return async (input, init) => {
    const target = new URL(input);
    const problem =
      target.origin === place.origin ? undefined : await addressProblem(target, allow, resolve, label);
    if (problem !== undefined) throw new TypeError(problem.message, { cause: problem });
    return fetch(input, init);
  };
}

/** Returns the reason why no request may be sent to an address, or `undefined`. */
async function addressProblem(
  target: URL,
  allow: readonly string[],
  resolve: Resolve,
  label: string,
): Promise<LlmError | undefined> {
  try {
    if (/^https?:$/.test(target.protocol)) {
      // A proxy may know a host of `place.allow` that this machine cannot resolve.
      if (isAllowed(target, allow)) return undefined;
      await resolveHost(target, [], resolve);
      // The name may resolve to another address when `fetch` connects. The certificate then belongs to another name.
      return target.protocol === 'https:' ? undefined : unencrypted(target, label);
    }
  } catch (error) {
    // Workers and browsers cannot resolve names, and their networks contain no private hosts of the application.
    if (LlmError.is(error, 'unsupported'))
      return target.protocol === 'https:' ? undefined : unencrypted(target, label);
    if (LlmError.is(error, 'network'))
      return new LlmError('network', `${label}: authorization: ${error.message}`, {
        code: error.details.code,
      });
  }
  return new LlmError(
    'auth',
    `${label}: the server names the host ${target.host} for its authorization, which is not public; if the host belongs to you, add it to place.allow`,
    { code: 'private-address' },
  );
}

const unencrypted = ({ host }: URL, label: string): LlmError =>
  new LlmError(
    'auth',
    `${label}: the server names an http address of the host ${host} for its authorization; use https, or add the host to place.allow`,
    { code: 'login-failed' },
  );

/** Whether `place.allow` contains the host, as `name` or `name:port`. */
const isAllowed = ({ hostname, host }: URL, allow: readonly string[]): boolean =>
  allow.includes(host) || allow.includes(hostname.replace(/^\[|\]$/g, ''));

/**
 * Returns a function for requests to the authorization server. Responses are limited in size. In an error response, the values
 * that the request sent are masked, because the SDK writes the description of an error to the console. Adds the values to `secrets`,
 * because some servers report errors with status 200.
 */
export function authorizationFetch(fetch: FetchLike, label: string, secrets: Set<string>): FetchLike {
  return async (url, init) => {
    for (const value of valuesIn(init?.body)) secrets.add(value);
    const response = limitBody(await fetch(url, init), label, MAX_BYTES);
    if (response.ok || init?.method !== 'POST') return response;
    const { status, headers } = response;
    const text = redact(await response.text(), [...secrets]);
    return new Response([204, 205, 304].includes(status) ? null : text, { status, headers });
  };
}

const SECRET_PARAMETERS = [
  'client_secret',
  'code',
  'code_verifier',
  'refresh_token',
  'token',
  'client_assertion',
];

const valuesIn = (body: unknown): readonly string[] =>
  body instanceof URLSearchParams
    ? SECRET_PARAMETERS.flatMap((name) => body.get(name) ?? []).filter((value) => value !== '')
    : [];
