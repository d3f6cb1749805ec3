import { boundText, counted, duration, durationRange, percent, percentRange } from './figures.ts';
import type { Plot, PlotRow } from './plot.ts';
import type { Estimate, ReplayReport, ReplayRule } from './report.ts';
import { LATENCY_TITLES, THAN } from './tables.ts';

/** Largest number of kinds in a plot. */
const MAX_KINDS = 25;

/** Returns the plots of quality, kinds, cost and latency. A plot without values is absent. */
export function plotsOf(report: ReplayReport): readonly Plot[] {
  return [qualityPlot(report), kindsPlot(report), costPlot(report), latencyPlot(report)].filter(
    ({ rows }) => rows.length > 0,
  );
}

const TONES: Readonly<Record<ReplayRule['result'], PlotRow['tone']>> = {
  met: 'good',
  broken: 'bad',
  undecided: 'plain',
};

function qualityPlot({ quality, control, rules }: ReplayReport): Plot {
  const rule = rules.find(({ name }) => name === 'min-quality');
  const tone = TONES[rule?.result ?? 'undecided'];
  return {
    title: 'Quality',
    caption: `The point is the estimate, and the line is its 95 % interval. The thin line is 100 %: as good as the recorded answers.${boundCaption(rule)} The control is the present model, answering again.`,
    rows: [...qualityRow('Candidate', quality, tone), ...qualityRow('Control', control?.quality, 'plain')],
    guide: 1,
    bound: rule?.bound,
    hasBars: false,
    format: wholePercent,
  };
}

const boundCaption = (rule: ReplayRule | undefined): string =>
  rule === undefined ? '' : ` The dashed line is the bound of the rule, ${boundText(rule.bound)}.`;

const qualityRow = (
  title: string,
  estimate: Estimate | undefined,
  tone: PlotRow['tone'],
): readonly PlotRow[] =>
  estimate === undefined
    ? []
    : [
        {
          title,
          text: `${percent(estimate.value)} (${percentRange(estimate, 'to')})`,
          interval: estimate,
          tone,
        },
      ];

function kindsPlot({ kinds }: ReplayReport): Plot {
  const more = kinds.length - MAX_KINDS;
  const worse = kinds.some(({ isWorse }) => isWorse)
    ? 'Kinds that got worse by more than chance are marked.'
    : 'No kind got worse by more than chance.';
  const others = more > 0 ? ` ${counted(more, 'kind')} with a higher quality not shown.` : '';
  return {
    title: 'Quality by kind of calls',
    caption: `The lowest quality is first. ${worse}${others}`,
    rows: kinds
      .slice(0, MAX_KINDS)
      .flatMap(({ kind, quality, isWorse }) =>
        qualityRow(isWorse ? `worse: ${kind}` : kind, quality, isWorse ? 'bad' : 'plain'),
      ),
    guide: 1,
    hasBars: false,
    format: wholePercent,
  };
}

function costPlot({ cost, rules }: ReplayReport): Plot {
  const rule = rules.find(({ name }) => name === 'max-cost');
  const point = (title: string, ratio: number | undefined): readonly PlotRow[] =>
    ratio === undefined
      ? []
      : [{ title, text: percent(ratio), interval: { value: ratio, low: ratio, high: ratio }, tone: 'plain' }];
  return {
    title: 'Cost relative to the present model',
    caption: `The thin line is 100 %: as expensive as the present model.${boundCaption(rule)}`,
    rows: [
      ...qualityRow('Candidate', cost?.ratio, TONES[rule?.result ?? 'undecided']),
      ...point('Without cache reads', cost?.uncachedRatio),
      ...point('At batch prices', cost?.batchRatio),
    ],
    guide: 1,
    bound: rule?.bound,
    hasBars: true,
    format: wholePercent,
  };
}

function latencyPlot({ latency }: ReplayReport): Plot {
  return {
    title: 'Difference of latency',
    caption: `Less is faster, ${THAN[latency?.than ?? 'recorded']}. The thin line is no difference.`,
    rows: LATENCY_TITLES.flatMap(([member, title]): readonly PlotRow[] => {
      const interval = latency?.differences[member];
      if (interval === undefined) return [];
      const text = `${duration(interval.value)} (${durationRange(interval)})`;
      return [{ title, text, interval, tone: latencyTone(interval) }];
    }),
    guide: 0,
    hasBars: false,
    format: duration,
  };
}

function latencyTone({ low, high }: Estimate): PlotRow['tone'] {
  if (high < 0) return 'good';
  return low > 0 ? 'bad' : 'plain';
}

const wholePercent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;
