import { expect, test } from 'vitest';
import { isPublicAddress } from './public-address.ts';

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['172.15.255.255', true],
  ['168.63.129.15', true],
  ['168.63.129.16', false],
  ['169.254.169.254', false],
  ['169.254.170.2', false],
  ['100.100.100.200', false],
  ['192.0.0.192', false],
  ['fd00:ec2::254', false],
  ['fd20:ce::254', false],
  ['172.16.0.0', false],
  ['100.64.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['2002:7f00:1::', false],
  ['2001:db8::1', false],
  ['2001:0:1::', false],
  ['fe80::1%eth0', false],
  ['::', false],
  ['not an address', false],
])('isPublicAddress of %s returns %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
