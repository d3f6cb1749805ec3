import type { Warning } from '@majordomo/core';
import { expect, it } from 'vitest';
import { toSampling } from './sampling.ts';

it.for([
  ['both', false, { temperature: 0.3, topP: 0.9 }, { temperature: 0.3, topP: 0.9 }, []],
  ['one', false, { temperature: 0.3, topP: 0.9 }, { temperature: 0.3 }, ['topP']],
  ['one', false, { topP: 0.9 }, { topP: 0.9 }, []],
  ['none', false, { temperature: 0.3, topP: 0.9 }, {}, ['temperature', 'topP']],
  ['both', true, { temperature: 0.3, topP: 0.9 }, {}, ['temperature', 'topP']],
  ['both', true, { temperature: 1, topP: 0.95 }, { temperature: 1, topP: 0.95 }, []],
  ['both', false, { temperature: 1.5 }, { temperature: 1 }, ['temperature to 1']],
  ['both', false, { temperature: -1 }, { temperature: 0 }, ['temperature to 0']],
  ['both', false, { topK: 5 }, { topK: 5 }, []],
  ['both', true, { topK: 5 }, {}, ['topK']],
  ['none', false, { topK: 5 }, {}, ['topK']],
  ['none', true, {}, {}, []],
] as const)('sampling "%s", thinking %s: %j is sent as %j', ([sampling, thinks, asked, sent, warned]) => {
  const warnings: Warning[] = [];
  const actual = toSampling(
    { temperature: undefined, topP: undefined, topK: undefined, ...asked },
    { sampling },
    thinks,
    warnings,
  );
  expect(actual).toEqual({ temperature: undefined, topP: undefined, topK: undefined, ...sent });
  expect(warnings.map(({ what }) => what)).toEqual(warned);
});
