import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Not of the public Internet: IANA's special-purpose registries of IPv4 addresses (2026-11) and multicast. */
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

/** Public by its number, but what answers there is the host's own agent: Azure's WireServer (Microsoft's documentation, 2026). */
const OF_THE_CLOUD: readonly string[] = ['168.63.129.16'];

/** Within 2000::/3, the only IPv6 space in public use: tunnels that carry IPv4 addresses, and documentation. */
const PRIVATE_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Is it an address that any stranger could reach? Mapped, translated and scoped addresses are not. */
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

let made: Lists | undefined;

/** Built at the first call: importing the package does no work. */
function blockLists(): Lists {
  if (made !== undefined) return made;
  const refused = new BlockList();
  for (const [net, bits] of PRIVATE_V4) refused.addSubnet(net, bits, 'ipv4');
  for (const address of OF_THE_CLOUD) refused.addAddress(address, 'ipv4');
  for (const [net, bits] of PRIVATE_V6) refused.addSubnet(net, bits, 'ipv6');
  const unicast = new BlockList();
  unicast.addSubnet('2000::', 3, 'ipv6');
  return (made = { refused, unicast });
}
