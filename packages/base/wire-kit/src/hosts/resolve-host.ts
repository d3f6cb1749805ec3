import { LlmError } from '@majordomo/core';
import { builtinModule } from '@majordomo/core/toolkit';
import { isPublicAddress } from './public-address.ts';

/** Address of a host. `family` is 4 or 6. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Member of `node:dns/promises` that this file uses. */
interface Dns {
  lookup(host: string, options: { readonly all: true }): Promise<readonly Address[]>;
}

/** Resolves a host name to its addresses. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/** Resolves a host name with the hosts file and the DNS settings of the machine. */
export const systemResolve: Resolve = async (host) => {
  const dns = builtinModule<Dns>('node:dns/promises');
  if (dns === undefined) throw new LlmError('unsupported', 'this runtime cannot resolve host names');
  return dns.lookup(host, { all: true });
};

/**
 * Returns the address of a URL's host. Throws `invalid-request` (code `private-address`) if at least one of the host's addresses
 * is not public, unless `allow` contains the host (`name` or `name:port`).
 */
export async function resolveHost(url: URL, allow: readonly string[], resolve: Resolve): Promise<Address> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses =
    familyOf(host) === 0 ? await resolved(host, resolve) : [{ address: host, family: familyOf(host) }];
  const [first] = addresses;
  if (first === undefined) throw new LlmError('network', `${host} has no address`, { code: 'ENOTFOUND' });
  const isAllowed = allow.some((name) => name === host || name === url.host);
  const refused = isAllowed ? undefined : addresses.find(({ address }) => !isPublicAddress(address));
  if (refused === undefined) return first;
  throw new LlmError(
    'invalid-request',
    `${url.host} has the address ${refused.address}, which is not public; add the host to the option allow`,
    {
      code: 'private-address',
    },
  );
}

async function resolved(host: string, resolve: Resolve): Promise<readonly Address[]> {
  try {
    return await resolve(host);
  } catch (cause) {
    if (LlmError.is(cause)) throw cause;
    throw new LlmError('network', `${host} cannot be resolved`, { code: 'ENOTFOUND' }, { cause });
  }
}

/** Returns 4 or 6 for an address, and 0 for a name. `URL` has already converted other forms of an IPv4 address. */
const familyOf = (host: string): number => (host.includes(':') ? 6 : /^[\d.]+$/.test(host) ? 4 : 0);
