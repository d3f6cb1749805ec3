import { change, counted, duration, integer, percent, percentWithin } from './figures.ts';
import type { ReplayReport } from './report.ts';

/** Members of a report that its summary states. */
export type Summarized = Pick<
  ReplayReport,
  'verdict' | 'rules' | 'quality' | 'failures' | 'cost' | 'latency' | 'kinds' | 'missing' | 'sample'
>;

/**
 * Returns one sentence such as
 * `96.1 % ± 0.7 as good, 0.4 % failed (recorded 0.1 %), −41 % cost per call, p95 of the duration −0.3 s; 2 kinds of calls got worse`.
 */
export function summaryOf(report: Summarized): string {
  const { quality, cost, latency, missing, sample } = report;
  const p95 = latency?.differences.p95;
  // If the interval contains 0, the difference may be due to chance.
  const isCertain = p95 !== undefined && (p95.low > 0 || p95.high < 0);
  const figures = [
    quality === undefined ? 'no result yet' : `${percentWithin(quality)} as good`,
    failedText(report),
    cost === undefined ? 'cost unknown' : `${change(cost.ratio.value)} cost per call`,
    isCertain ? `p95 of the duration ${duration(p95.value)}` : undefined,
  ];
  const open =
    missing > 0 ? `${integer(missing)} of ${integer(sample.units)} calls have no result yet` : undefined;
  const rules = undecidedText(report);
  return [figures.filter((figure) => figure !== undefined).join(', '), worseText(report), open, rules]
    .filter((part) => part !== undefined)
    .join('; ');
}

/** Returns the shares of failed answers of the sample. The quality includes them, but does not show them. */
function failedText({ failures, quality }: Pick<ReplayReport, 'failures' | 'quality'>): string | undefined {
  if (quality === undefined) return undefined;
  const shareOf = (side: 'candidate' | 'recorded'): string => percent(failedOf(failures, side) / quality.n);
  return `${shareOf('candidate')} failed (recorded ${shareOf('recorded')})`;
}

/** Returns the number of failed answers of one side. */
export const failedOf = (failures: ReplayReport['failures'], side: 'candidate' | 'recorded'): number =>
  Object.values(failures).reduce((sum, counts) => sum + counts[side], 0);

function worseText({ kinds }: Summarized): string | undefined {
  const worse = kinds.filter(({ isWorse }) => isWorse).length;
  return worse > 0 ? `${counted(worse, 'kind')} of calls got worse` : undefined;
}

function undecidedText({ rules, missing }: Summarized): string | undefined {
  const undecided = rules.filter(({ result }) => result === 'undecided').map(({ name }) => RULES[name]);
  if (missing > 0 || undecided.length === 0) return undefined;
  const subject = undecided.length === 1 ? 'the rule' : 'the rules';
  return `${subject} for ${undecided.join(' and ')} ${undecided.length === 1 ? 'is' : 'are'} undecided`;
}

const RULES: Readonly<Record<ReplayReport['rules'][number]['name'], string>> = {
  'min-quality': 'quality',
  'max-cost': 'cost',
};
