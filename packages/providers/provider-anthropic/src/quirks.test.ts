import { quirksFromParams } from '@majordomo/wire-kit/internal';
import { expect, it } from 'vitest';
import { QUIRK_VALUES, type Quirks } from './quirks.ts';

it('reads values and booleans from a DSN', () => {
  const params = { thinking: 'budget', efforts: 'none', sampling: 'one' };
  expect(quirksFromParams<Quirks>(params, QUIRK_VALUES)).toEqual({
    thinking: 'budget',
    efforts: [],
    sampling: 'one',
  });
});

it.for([
  [{ thinkign: 'budget' }, 'unknown quirk "thinkign"'],
  [{ thinking: 'hard' }, '"hard" is not a valid value of thinking; use none, budget, adaptive'],
] as const)('rejects a DSN with %j', ([params, message]) => {
  const reading = (): unknown => quirksFromParams<Quirks>(params, QUIRK_VALUES);
  expect(reading).toThrow(message);
  expect(reading).toThrow(expect.objectContaining({ kind: 'config' }));
});
