import { dsnVariable, type Env } from '@majordomo/core';

/** Server to which an attempt sends its request. */
export interface ServerAddress {
  readonly baseURL: string;
  /** Name of the environment variable that contains the base URL; `undefined` if an option or the default contains it. */
  readonly variable: string | undefined;
}

/** Returns the address of a server. `baseURLEnv` is the variable of the provider. A DSN of the provider can contain the URL too. */
export const serverAddress = (
  id: string,
  baseURL: string,
  baseURLEnv: string | undefined,
  env: Env,
): ServerAddress => ({
  baseURL,
  variable: variableWith(hostOf(baseURL), [baseURLEnv, dsnVariable(id)], env),
});

/** Returns the first of the variables that contains the text. */
export const variableWith = (
  text: string,
  names: readonly (string | undefined)[],
  env: Env,
): string | undefined => names.find((name) => name !== undefined && env[name]?.includes(text) === true);

const hostOf = (url: string): string => URL.parse(url)?.host ?? url;

/** Returns ` to https://host/v1 (OPENAI_BASE_URL)`, without a user and a query, which can contain a secret. */
export function describeServer(server: ServerAddress | undefined): string {
  if (server === undefined) return '';
  const url = URL.parse(server.baseURL);
  if (url === null) return '';
  const variable = server.variable === undefined ? '' : ` (${server.variable})`;
  return ` to ${url.origin}${withoutFinalSlashes(url.pathname)}${variable}`;
}

/** Removes the slashes at the end of a URL or path. The lookbehind lets the search take linear time. */
export const withoutFinalSlashes = (url: string): string => url.replace(/(?<!\/)\/+$/, '');

/** Messages of SDKs and of `fetch` that only state that a request failed. */
const WITHOUT_REASON = /^(?:connection error\.?|fetch failed|terminated)$/i;
/** Message of OpenSSL, such as `…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../record.c:355:`. */
const OPENSSL = /^.*:error:[\dA-F]+:[^:]*:[^:]*:([^:]*):[^:]*:\d+:.*$/s;
/** Reasons of OpenSSL for a server that answers without TLS. */
const WITHOUT_TLS = /wrong version number|packet length too long|http request/i;

/** Maximum number of nested causes to read, including the error itself, because a cause can refer to its error. */
export const MAX_CAUSES = 4;

/** Returns the distinct messages of an error and its causes, without messages that state no reason. */
export function reasonsOf(error: unknown): string {
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < MAX_CAUSES; at = innerError(at))
    texts.push(at.message);
  const distinct = [...new Set(texts.map(plainReason))].filter((text) => text !== '');
  const specific = distinct.filter((text) => !WITHOUT_REASON.test(text));
  return (specific.length === 0 ? distinct.slice(-1) : specific).join(': ');
}

/** Returns the cause. Node reports the failures for several addresses of a host as an `AggregateError` without a message. */
const innerError = (error: Error): unknown =>
  error.cause ?? (error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined);

function plainReason(text: string): string {
  const reason = text.length > MAX_OPENSSL_LENGTH ? undefined : OPENSSL.exec(text)?.[1];
  if (reason === undefined) return text;
  return WITHOUT_TLS.test(reason)
    ? `the server answers without TLS (${reason}); write http:// instead of https://`
    : reason;
}

/** Maximum length of a message of OpenSSL, because the pattern would be slow for a long message. */
const MAX_OPENSSL_LENGTH = 1000;
