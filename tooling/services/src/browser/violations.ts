import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns the violations only, because the rules that pass contain the HTML of every element. */
const RUN = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)`;

/** Returns the violations of WCAG 2.2 AA and of best practices that axe finds, with their elements. */
export async function violations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(source);
  const found = await page.evaluate<AxeResults['violations']>(RUN);
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}
