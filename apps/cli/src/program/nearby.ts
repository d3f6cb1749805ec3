import { BlockList, isIP } from 'node:net';

// Loopback and private address ranges from IANA's registries of special addresses for IPv4 and IPv6, as of November 2026.
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');

/**
 * Whether the host of a DSN, with its port, is on this machine or its network. Names other than `localhost` are not resolved, so
 * that doctor calls no unknown server.
 */
export const isLocalNetwork = (host: string): boolean => isLoopback(host) || isIn(PRIVATE, hostname(host));

/** Whether the host is on this machine. */
export function isLoopback(host: string): boolean {
  const name = hostname(host);
  return isIn(LOOPBACK, name) || name === 'localhost' || name.endsWith('.localhost');
}

/** Returns the normalized host: `0x7f.1` becomes 127.0.0.1, and `[::1]` becomes `::1`. */
const hostname = (host: string): string =>
  URL.parse(`http://${host}`)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';

const isIn = (list: BlockList, name: string): boolean =>
  isIP(name) !== 0 && list.check(name, isIP(name) === 4 ? 'ipv4' : 'ipv6');
