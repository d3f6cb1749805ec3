import { Refusal } from './answers.ts';

/** Lets in who has the token, by a cookie from then on. */
export interface Access {
  /** The header that sets the cookie; `undefined` for another token. */
  cookieFor(token: string, secure: boolean): Promise<string | undefined>;
  holds(request: Request): boolean;
}

/**
 * The cookie is no token: it is random, dies with this process, and has a name of its own, since browsers send the cookies
 * of one port of a host to all others.
 */
export function createAccess(token: string | undefined, path: string): Access {
  const session = randomHex(32);
  const name = `majordomo-${randomHex(4)}`;
  return {
    async cookieFor(given, secure) {
      if (token === undefined || !(await isSame(given, token))) return undefined;
      return `${name}=${session}; Path=${path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
    },
    holds(request) {
      const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
      const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
      return token !== undefined && value !== undefined && isEqual(value, session);
    },
  };
}

/** Digests are compared, so that neither the length of the token nor how much of it is right shows in the time. */
async function isSame(given: string, token: string): Promise<boolean> {
  const digest = async (text: string): Promise<string> =>
    hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
  return isEqual(await digest(given), await digest(token));
}

function isEqual(a: string, b: string): boolean {
  let differs = a.length ^ b.length;
  for (let at = 0; at < b.length; at++) differs |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return differs === 0;
}

export const randomHex = (bytes: number): string => hex(crypto.getRandomValues(new Uint8Array(bytes)));

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** A page of anybody may have a name that leads to 127.0.0.1: on loopback only its own names are answered. */
export function checkLoopbackHost(request: Request): void {
  if (!LOOPBACK.test(hostOf(request)))
    throw new Refusal(421, 'this inspector answers on 127.0.0.1 and localhost only');
}

/** What other pages make a browser send is refused: its links may lead to the page, and nothing may lead to the rest. */
export function checkOrigin(request: Request, isPage: boolean): void {
  const site = request.headers.get('sec-fetch-site');
  if (!isPage && site !== null && site !== 'same-origin' && site !== 'none') throw foreign();
  if (request.method !== 'POST') return;
  const origin = request.headers.get('origin');
  // By its host alone: a proxy in front may speak https for us.
  if (origin === null || !URL.canParse(origin) || new URL(origin).host !== hostOf(request)) throw foreign();
}

const foreign = (): Refusal => new Refusal(403, 'only the page itself may ask for this');

const hostOf = (request: Request): string => request.headers.get('host') ?? new URL(request.url).host;
