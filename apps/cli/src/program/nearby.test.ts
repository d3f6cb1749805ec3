import { expect, it } from 'vitest';
import { isLocalNetwork } from './nearby.ts';

it.each([
  'localhost',
  'localhost:8080',
  'lab.localhost',
  '127.0.0.1:1234',
  '127.8.9.10',
  '0x7f.1',
  '10.0.0.7',
  '172.16.0.1',
  '172.31.255.255:80',
  '192.168.1.2',
  '[::1]:8000',
  '[fd12::1]',
  '[::ffff:127.0.0.1]',
])('%s is a local address', (host) => {
  expect(isLocalNetwork(host)).toBe(true);
});

it.each([
  'localhost.evil.example',
  'localhost.',
  '127.0.0.1.evil.example',
  '10.0.evil.example',
  'box.lan.evil.example',
  'printer.local',
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '11.0.0.1',
  '8.8.8.8',
  '169.254.169.254',
  '0.0.0.0',
  '[2001:db8::1]',
  '[::ffff:8.8.8.8]',
  'api.openai.com',
  '',
])('%s is not a local address', (host) => {
  expect(isLocalNetwork(host)).toBe(false);
});
