import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { installCommand, installPlace } from './install-command.ts';

const PACKAGES = ['@majordomo/gateway', '@majordomo/inspector'];
const commandIn = (folder: string): string => join(folder, 'node_modules', 'majordomo', 'dist', 'bin.js');

it('installs next to a command of a project', () => {
  const folder = testFolder();
  writeFileSync(join(folder, 'package.json'), '{}');
  const pnpm = join(folder, 'node_modules', '.pnpm', 'majordomo@1.0.0');
  for (const file of [commandIn(folder), commandIn(pnpm)])
    expect(installCommand(PACKAGES, file)).toBe('npm install @majordomo/gateway @majordomo/inspector');
});

it('installs globally next to a global command', () => {
  const folder = testFolder();
  expect(installCommand(PACKAGES, commandIn(folder))).toBe(
    'npm install --global @majordomo/gateway @majordomo/inspector',
  );
});

it('runs npx again with the packages', () => {
  expect(installCommand(PACKAGES, commandIn('/home/user/.npm/_npx/0a1b2c'))).toBe(
    'npx -p majordomo -p @majordomo/gateway -p @majordomo/inspector majordomo …',
  );
});

it('names the place of the packages', () => {
  const folder = testFolder();
  expect(installPlace(commandIn(folder))).toBe('next to the global command');
  writeFileSync(join(folder, 'package.json'), '{}');
  expect(installPlace(commandIn(folder))).toBe(`in ${folder}`);
  expect(installPlace(commandIn('/home/user/.npm/_npx/0a1b2c'))).toBe('in the cache of npx');
  expect(installPlace(join(folder, 'dist', 'bin.js'))).toBe('next to the command');
});
