import { builtinModule } from '@majordomo/core/toolkit';

/** Members of `node:net` that this file uses. */
interface Net {
  readonly BlockList: new () => {
    addSubnet(net: string, bits: number, family: 'ipv4' | 'ipv6'): void;
    check(address: string, family: 'ipv4' | 'ipv6'): boolean;
  };
  isIPv4(address: string): boolean;
  isIPv6(address: string): boolean;
}

/** Address ranges that are not public: IANA's special-purpose registries (2026-11) and multicast. */
const NOT_PUBLIC: readonly (readonly [string, number])[] = [
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
  // Azure's WireServer, a service of the host that has a public address (Microsoft's documentation, 2026).
  ['168.63.129.16', 32],
  // Ranges for IPv4 tunnels and for documentation.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Range of public IPv6 addresses. */
const UNICAST_V6 = ['2000::', 3] as const;

interface Lists {
  readonly notPublic: InstanceType<Net['BlockList']>;
  readonly unicast: InstanceType<Net['BlockList']>;
}

let lists: Lists | undefined;

function blockList(net: Net, ...subnets: typeof NOT_PUBLIC): Lists['notPublic'] {
  const list = new net.BlockList();
  for (const [subnet, bits] of subnets) list.addSubnet(subnet, bits, net.isIPv4(subnet) ? 'ipv4' : 'ipv6');
  return list;
}

/**
 * Whether an address is public. Mapped, translated and scoped addresses are not public. In a runtime without `node:net`, no
 * address is public.
 */
export function isPublicAddress(address: string): boolean {
  const net = builtinModule<Net>('node:net');
  if (net === undefined) return false;
  lists ??= { notPublic: blockList(net, ...NOT_PUBLIC), unicast: blockList(net, UNICAST_V6) };
  const { notPublic, unicast } = lists;
  if (net.isIPv4(address)) return !notPublic.check(address, 'ipv4');
  if (!net.isIPv6(address) || address.includes('%')) return false;
  return unicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}
