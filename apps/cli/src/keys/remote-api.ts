import type { RemoteOptions } from '@majordomo/admin';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';

/** Path of the admin API of `majordomo serve`. */
export const API_PATH = '/admin/v1';

/** Returns the options of a client of the admin API at `--url`. */
export const remoteOptions = (url: string, io: Io): RemoteOptions => ({
  url: apiAt(url),
  token: tokenIn(io),
  fetch: (address, init) => fetch(address, { ...init, signal: io.signal }),
});

/**
 * Returns the address of the admin API for the value of `--url`. A URL with a path is returned unchanged. Throws `Stop` for
 * another value.
 */
export function apiAt(url: string): string {
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new Stop('--url must be the address of a gateway, such as https://gateway.example');
  return base.pathname === '/' ? `${base.origin}${API_PATH}` : url;
}

/** Returns the token of the admin API. Throws `Stop` if it is not set. */
export function tokenIn({ env }: Io): string {
  const { MAJORDOMO_ADMIN_TOKEN: token = '' } = env;
  if (token === '') throw new Stop('--url needs the token of the admin API in MAJORDOMO_ADMIN_TOKEN');
  return token;
}
