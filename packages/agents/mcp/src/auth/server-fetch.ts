import { LlmError, messageOf } from '@majordomo/core';
import { isLoopback, redact } from '@majordomo/core/toolkit';
import { boundedJson } from '@majordomo/wire-kit';
import {
  fetchAt,
  reasonOf,
  resolveHost,
  systemResolve,
  type Address,
  type Resolve,
} from '@majordomo/wire-kit/internal';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { McpAddress } from '../options.ts';
import type { Secrets } from './secrets.ts';

/** Maximum size of a response and of an event, in bytes. The same limit applies to messages of programs. */
export const MAX_BYTES: number = 10 * 1024 * 1024;

/**
 * Returns a function that sends requests to the server, and to addresses that the server or its metadata names. An address of
 * another origin must have https and be public after its name is resolved, unless the server itself is on this machine or the host is in
 * `place.allow`. Without `place.fetch`, the request is sent to the checked address. The SDK follows redirects with this function. A refused
 * address is a `TypeError`, because the SDK ignores other errors while it searches for metadata. Its cause is an `LlmError`.
 */
export function guardedFetch(
  { url, allow = [], fetch }: McpAddress,
  label: string,
  resolve: Resolve = systemResolve,
): FetchLike {
  const server = new URL(url);
  const send: FetchLike = (input, init) => (fetch ?? globalThis.fetch)(input, init);
  if (isLoopback(server)) return send;
  return async (input, init) => {
    const target = new URL(input);
    // A proxy may know a host of `place.allow` that this machine cannot resolve.
    if (target.origin === server.origin || isAllowed(target, allow)) return send(input, init);
    const address = await publicAddress(target, resolve, label).catch((problem: unknown) => {
      throw new TypeError(messageOf(problem), { cause: problem });
    });
    // The name may resolve to another address when the request is sent.
    return address === undefined || fetch !== undefined ? send(input, init) : fetchAt(address)(input, init);
  };
}

/**
 * Returns the public address of a host with https, or `undefined` in a runtime that cannot resolve names. Throws an `LlmError` for another
 * address.
 */
async function publicAddress(target: URL, resolve: Resolve, label: string): Promise<Address | undefined> {
  if (!/^https?:$/.test(target.protocol)) throw privateAddress(target, label);
  // `[]`: the caller has checked that `place.allow` does not contain the host.
  const address = await resolveHost(target, [], resolve).catch((error: unknown) => {
    // Workers and browsers cannot resolve names, and their networks contain no private hosts of the application.
    if (LlmError.is(error, 'unsupported')) return undefined;
    if (!LlmError.is(error, 'network')) throw privateAddress(target, label);
    throw new LlmError('network', `${label}: authorization: ${error.message}`, { code: error.details.code });
  });
  if (target.protocol !== 'https:') throw unencrypted(target, label);
  return address;
}

const privateAddress = ({ host }: URL, label: string): LlmError =>
  new LlmError(
    'auth',
    `${label}: the server names the host ${host} for its authorization, which is not public; if the host belongs to you, add it to place.allow`,
    { code: 'private-address' },
  );

/** Its code is not `private-address`, because the host is public and only the address that the server names is wrong. */
const unencrypted = ({ host }: URL, label: string): LlmError =>
  new LlmError(
    'auth',
    `${label}: the server names an http address of the host ${host} for its authorization; use https, or add the host to place.allow`,
    { code: 'login-failed' },
  );

/** Whether `place.allow` contains the host, as `name` or `name:port`. */
const isAllowed = ({ protocol, hostname, host }: URL, allow: readonly string[]): boolean =>
  /^https?:$/.test(protocol) && (allow.includes(host) || allow.includes(hostname.replace(/^\[|\]$/g, '')));

/**
 * Returns a function for requests to the authorization server. Responses are limited in size. In an error response, the values
 * that the request sent are masked, because the SDK writes the description of an error to the console. Adds the values to `secrets`,
 * because some servers report errors with status 200.
 */
export function authorizationFetch(fetch: FetchLike, label: string, secrets: Secrets): FetchLike {
  return async (url, init) => {
    for (const value of valuesIn(init?.body)) secrets.add(value);
    const received = await fetch(url, init).catch((error: unknown) => {
      throw connectionFailure(error, label, secrets);
    });
    const response = boundedJson(received, label, MAX_BYTES);
    if (response.ok || init?.method !== 'POST') return response;
    const { status, headers } = response;
    const text = redact(await response.text(), [...secrets]);
    // The constructor rejects a body for these statuses.
    return new Response([204, 205, 304].includes(status) ? null : text, { status, headers });
  };
}

/**
 * Returns the error of a request that was not answered. Only a `TypeError` can be a failed connection; other errors are returned unchanged.
 * The result remains a `TypeError`, because the SDK ignores other errors while it searches for metadata.
 */
function connectionFailure(error: unknown, label: string, secrets: Secrets): unknown {
  if (!(error instanceof TypeError) || LlmError.is(error.cause)) return error;
  const reason = reasonOf(error, [...secrets]);
  return new TypeError(reason, {
    cause: new LlmError('network', `${label}: authorization: ${reason}`, {}, { cause: error }),
  });
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
