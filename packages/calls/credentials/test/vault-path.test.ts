import { afterEach, expect, it } from 'vitest';
import { defaultVaultPath } from '../src/node.ts';

const before = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
afterEach(() => {
  Object.defineProperty(process, 'platform', before);
});

it.each<[string, Record<string, string>, string]>([
  ['linux', {}, '/home/a/.local/share/majordomo/vault.json'],
  ['linux', { XDG_DATA_HOME: '/data', APPDATA: '/app' }, '/data/majordomo/vault.json'],
  ['linux', { XDG_DATA_HOME: 'data' }, '/home/a/.local/share/majordomo/vault.json'],
  ['darwin', {}, '/home/a/Library/Application Support/majordomo/vault.json'],
  ['darwin', { XDG_DATA_HOME: '/data' }, '/data/majordomo/vault.json'],
  ['win32', { XDG_DATA_HOME: '/data' }, '/home/a/AppData/Roaming/majordomo/vault.json'],
  ['win32', { APPDATA: 'C:\\App' }, 'C:\\App/majordomo/vault.json'],
  ['win32', { APPDATA: '\\\\share\\a' }, '\\\\share\\a/majordomo/vault.json'],
])('the default path on %s with %j is %s', (platform, env, path) => {
  Object.defineProperty(process, 'platform', { ...before, value: platform });
  // On Windows, `join` writes backslashes.
  expect(defaultVaultPath(env, '/home/a').replaceAll('\\', '/')).toBe(path.replaceAll('\\', '/'));
});
