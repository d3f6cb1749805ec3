import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Addresses that are not public: IANA's special-purpose registry of IPv4 addresses (2026-11) and multicast. */
const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Public addresses of agents on the host: Azure's WireServer (Microsoft's documentation, 2026). */
const CLOUD_AGENTS: readonly string[] = ['168.63.129.16'];

/** Addresses within 2000::/3, the public IPv6 range, that are tunnels for IPv4 or for documentation. */
const PRIVATE_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Whether an address is public. Mapped, translated and scoped addresses are not. */
export function isPublicAddress(address: string): boolean {
  const lists = blockLists();
  if (isIPv4(address)) return !lists.refused.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return lists.unicast.check(address, 'ipv6') && !lists.refused.check(address, 'ipv6');
}

interface Lists {
  readonly refused: BlockList;
  readonly unicast: BlockList;
}

let cachedLists: Lists | undefined;

/** Builds the lists at the first call. */
function blockLists(): Lists {
  if (cachedLists !== undefined) return cachedLists;
  const refused = new BlockList();
  for (const [net, bits] of PRIVATE_V4) refused.addSubnet(net, bits, 'ipv4');
  for (const address of CLOUD_AGENTS) refused.addAddress(address, 'ipv4');
  for (const [net, bits] of PRIVATE_V6) refused.addSubnet(net, bits, 'ipv6');
  const unicast = new BlockList();
  unicast.addSubnet('2000::', 3, 'ipv6');
  return (cachedLists = { refused, unicast });
}
