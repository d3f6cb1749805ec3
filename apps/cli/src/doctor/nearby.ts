import { BlockList, isIP } from 'node:net';

/** Loopback and private addresses, by the registries of IANA for IPv4 and IPv6 (2026-11). */
const NEARBY = new BlockList();
for (const [address, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  NEARBY.addSubnet(address, prefix, 'ipv4');
}
NEARBY.addAddress('::1', 'ipv6');
NEARBY.addSubnet('fc00::', 7, 'ipv6');

/**
 * Is a DSN's host, with its port, on this machine or its network? Names say nothing of where they lead, but for
 * `localhost`: a server behind another one is not asked unless somebody says so.
 */
export function isNearby(host: string): boolean {
  const url = URL.parse(`http://${host}`);
  if (url === null) return false;
  // As it will be connected to: `0x7f.1` is 127.0.0.1, and `[::1]` loses its brackets.
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) !== 0) return NEARBY.check(name, isIP(name) === 4 ? 'ipv4' : 'ipv6');
  return name === 'localhost' || name.endsWith('.localhost');
}
