import { quirksFromParams } from '@majordomo/wire-kit';
import { expect, it } from 'vitest';
import { QUIRK_VALUES, type Quirks } from './quirks.ts';

it('a DSN says words and truth values', () => {
  const params = { thinking: 'budget', efforts: 'none', sampling: 'one' };
  expect(quirksFromParams<Quirks>(params, QUIRK_VALUES)).toEqual({
    thinking: 'budget',
    efforts: [],
    sampling: 'one',
  });
});

it.for([
  [{ thinkign: 'budget' }, 'unknown quirk "thinkign"'],
  [{ thinking: 'hard' }, '"hard" is not a value of thinking; it takes none, budget, adaptive'],
] as const)('a DSN with %j is refused', ([params, message]) => {
  const reading = (): unknown => quirksFromParams<Quirks>(params, QUIRK_VALUES);
  expect(reading).toThrow(message);
  expect(reading).toThrow(expect.objectContaining({ kind: 'config' }));
});
