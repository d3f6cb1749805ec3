import type { ScoredUnit } from '../src/report/results.ts';
import { comparisonOf, unitOf } from './report-traffic.ts';

/** Name that tries to leave its place in a terminal, in Markdown and in HTML. */
export const HOSTILE: string =
  '</pre></details><script>document.title = "run"; alert(1)</script> @admin [x](http://198.51.100.1/) | cell ``` --> ' +
  '<img src=x onerror="document.title = \'run\'"> \u001B[31mred\u0007 \u009B2J \uD800 "q" &amp; 日本語\u202Eabc';

/** Returns units with a group that got worse, in which every name is hostile. */
export const hostileUnits = (): readonly ScoredUnit[] =>
  Array.from({ length: 120 }, (_, at) => {
    const isWorse = at < 40;
    const features = { [HOSTILE]: isWorse ? HOSTILE : 'plain', route: HOSTILE };
    return unitOf(`${HOSTILE} ${at}`, { conversation: `c${at}`, features }, 0, {
      kind: isWorse ? HOSTILE : `${HOSTILE} other`,
      candidate: comparisonOf(isWorse ? -1 : 0, {
        by: 'judge',
        failure: at < 5 ? HOSTILE : undefined,
        differences: [HOSTILE],
        divergences: [{ type: 'other-arguments', tool: HOSTILE, paths: [HOSTILE] }],
      }),
    });
  });
