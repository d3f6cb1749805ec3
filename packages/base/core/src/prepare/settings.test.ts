import { expect, it } from 'vitest';
import { OPTIONAL_SETTINGS, RARE_SETTINGS } from './settings.ts';

it('each rare setting is an optional setting, so that a provider can report it as dropped', () => {
  expect(OPTIONAL_SETTINGS).toEqual(expect.arrayContaining([...RARE_SETTINGS]));
});
