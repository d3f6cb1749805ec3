import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { classificationPlot } from '../../docs/classification-plot.ts';

it('the plot of the guide to classification equals the result of its script', async () => {
  const image = new URL('../../docs/images/classification.svg', import.meta.url);
  expect(readFileSync(image, 'utf8')).toBe(await classificationPlot());
});
