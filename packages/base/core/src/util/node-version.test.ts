import { expect, it } from 'vitest';
import { whyNodeTooOld } from './node-version.ts';

it.each([
  ['22.18.0', true],
  ['22.20.1', true],
  ['24.0.0', true],
  ['100.1.0', true],
  ['22.17.9', false],
  ['20.20.2', false],
  ['9.99.0', false],
])('Node %s is new enough for 22.18: %s', (version, isEnough) => {
  const why = `the application needs Node 22.18 or later, this is ${version}; install it from nodejs.org, or with nvm install 24`;
  expect(whyNodeTooOld('the application', '22.18', version)).toBe(isEnough ? undefined : why);
});
