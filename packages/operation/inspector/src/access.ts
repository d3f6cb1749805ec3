import { sha256Hex } from '@majordomo/redact';
import { Refusal } from './answers.ts';

/** Access to the page. The first request requires the token. Later requests require the cookie. */
export interface Access {
  /** Returns the header that sets the cookie, or `undefined` for a wrong token. */
  cookieFor(token: string, secure: boolean): string | undefined;
  /** Returns whether a request has the cookie. */
  holds(request: Request): boolean;
}

/**
 * Creates the access control, with a random cookie that is valid until this process ends. The cookie's name is random too,
 * because browsers send the cookies of a host to all of its ports.
 */
export function createAccess(token: string | undefined, path: string): Access {
  const session = randomHex(32);
  const name = `majordomo-${randomHex(4)}`;
  return {
    cookieFor(given, secure) {
      if (token === undefined || !isEqual(given, token)) return undefined;
      return `${name}=${session}; Path=${path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
    },
    holds(request) {
      const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
      const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
      return token !== undefined && value !== undefined && isEqual(value, session);
    },
  };
}

/** Whether the tokens are equal. Compares digests, so that the duration reveals neither the length nor a correct prefix. */
const isEqual = (given: string, token: string): boolean => sha256Hex(given) === sha256Hex(token);

export const randomHex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Throws for a host that is not a loopback address, because the host name of any website may resolve to 127.0.0.1. */
export function checkLoopbackHost(request: Request): void {
  if (!LOOPBACK.test(hostOf(request))) throw new Refusal(421, 'host: must be localhost or a loopback IP');
}

/** Throws for a request from another origin. Other sites may link to the page (`isPage`), but not to other paths. */
export function checkOrigin(request: Request, isPage: boolean): void {
  // Browsers send `none` if the user opened the address, and older browsers send no such header.
  const site = request.headers.get('sec-fetch-site');
  const isFromOtherSite = site !== null && site !== 'same-origin' && site !== 'none';
  if (isFromOtherSite && !isPage) throw foreign();
  const { method } = request;
  const isRead = method === 'GET' || method === 'HEAD';
  // `pageAnswer` rejects all methods except GET and HEAD.
  const changesNothing = isRead || (isPage && method !== 'POST');
  if (changesNothing) return;
  const origin = request.headers.get('origin');
  // Compare only hosts, because the schemes differ behind a proxy that ends TLS.
  const isOwnOrigin = origin !== null && URL.canParse(origin) && new URL(origin).host === hostOf(request);
  if (!isOwnOrigin) throw foreign();
}

const foreign = (): Refusal =>
  new Refusal(403, 'origin: requests from other pages are rejected; open the page of the inspector');

const hostOf = (request: Request): string => request.headers.get('host') ?? new URL(request.url).host;
