import {
  counted,
  duration,
  durationRange,
  integer,
  percent,
  percentRange,
  probability,
  usd,
} from './figures.ts';
import type { Estimate, ReplayCluster, ReplayCost, ReplayLatency, ReplayReport } from './report.ts';

/** Cell of a table. A name depends on calls, so it is escaped more strictly than a figure. */
export type Cell = string | { readonly name: string };

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Largest number of rows of the tables whose length depends on the calls. */
const MAX_ROWS = 25;

/** Returns the tables of a report. A table without rows is absent. */
export function tablesOf(report: ReplayReport): readonly Table[] {
  const tables = [figuresTable(report), kindsTable(report), divergencesTable(report), failuresTable(report)];
  return tables.filter(({ rows }) => rows.length > 0);
}

function figuresTable({ quality, better, worse, control, cost, latency }: ReplayReport): Table {
  return {
    title: 'Figures',
    head: ['figure', 'value', '95 % interval', 'calls'],
    rows: [
      ...shareRow('quality', quality),
      ...shareRow('better answers', better),
      ...shareRow('worse answers', worse),
      ...shareRow('quality of the control', control?.quality),
      ...shareRow('worse answers of the control', control?.worse),
      ...costRows(cost),
      ...latencyRows(latency),
    ],
  };
}

const shareRow = (title: string, estimate: Estimate | undefined): readonly string[][] =>
  estimate === undefined
    ? []
    : [[title, percent(estimate.value), percentRange(estimate, 'to'), integer(estimate.n)]];

function costRows(cost: ReplayCost | undefined): readonly string[][] {
  if (cost === undefined) return [];
  const { ratio, uncachedRatio, batchRatio, presentNanoUsd, candidateNanoUsd } = cost;
  const calls = integer(ratio.n);
  return [
    ...shareRow('cost ratio', ratio),
    ['cost ratio without cache reads', percent(uncachedRatio), '', calls],
    ...(batchRatio === undefined ? [] : [['cost ratio at batch prices', percent(batchRatio), '', calls]]),
    ['cost of a call, present model', usd(presentNanoUsd), '', calls],
    ['cost of a call, candidate', usd(candidateNanoUsd), '', calls],
  ];
}

function latencyRows(latency: ReplayLatency | undefined): readonly string[][] {
  if (latency === undefined) return [];
  return LATENCY_TITLES.flatMap(([member, title]) => {
    const difference = latency.differences[member];
    if (difference === undefined) return [];
    const { value, n } = difference;
    return [[`${title}, ${THAN[latency.than]}`, duration(value), durationRange(difference), integer(n)]];
  });
}

/** Titles of the differences of latency. */
export const LATENCY_TITLES: readonly (readonly [keyof ReplayLatency['differences'], string])[] = [
  ['firstP50', 'p50 of the first content'],
  ['firstP95', 'p95 of the first content'],
  ['p50', 'p50 of the duration'],
  ['p95', 'p95 of the duration'],
];

/** Names of the times with which those of the candidate are compared. */
export const THAN: Readonly<Record<ReplayLatency['than'], string>> = {
  control: 'against the control',
  recorded: 'against the record',
};

function kindsTable({ kinds }: ReplayReport): Table {
  return {
    title: 'Kinds of calls',
    head: ['kind', 'result', 'quality', '95 % interval', 'traffic', 'calls'],
    rows: limited(
      kinds.map(({ kind, isWorse, quality, share }) => [
        { name: kind },
        isWorse ? 'worse' : '–',
        percent(quality.value),
        percentRange(quality, 'to'),
        percent(share),
        integer(quality.n),
      ]),
    ),
  };
}

function divergencesTable({ divergences }: ReplayReport): Table {
  return {
    title: 'Different tool calls',
    head: ['difference', 'calls', 'worse answers', 'examples'],
    rows: limited(
      divergences.map(({ type, tool, paths = [], calls, worse, examples }) => [
        { name: [`${type.replaceAll('-', ' ')}: ${tool}`, ...paths].join(' ') },
        integer(calls),
        integer(worse),
        { name: examples.join(', ') },
      ]),
    ),
  };
}

function failuresTable({ failures, quality, control }: ReplayReport): Table {
  const of = (estimate: Estimate | undefined): string => integer(estimate?.n ?? 0);
  return {
    title: 'Failed answers',
    head: [
      'reason',
      `candidate (of ${of(quality)})`,
      `recorded (of ${of(quality)})`,
      `control (of ${of(control?.quality)})`,
    ],
    rows: limited(
      Object.entries(failures).map(([reason, { candidate, recorded, control: again }]) => [
        { name: reason },
        integer(candidate),
        integer(recorded),
        integer(again),
      ]),
    ),
  };
}

/** Returns the first rows, and a row with the number of the others. */
function limited(rows: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  if (rows.length <= MAX_ROWS) return rows;
  return [...rows.slice(0, MAX_ROWS), [`and ${integer(rows.length - MAX_ROWS)} more`]];
}

/** Describes a group that got worse by its figures. */
export const clusterText = ({ quality, share, units, p }: ReplayCluster): string =>
  `${percent(quality.value)} as good (${percentRange(quality, 'to')}), ${percent(share)} of the traffic, ${counted(units, 'call')}, probability by chance ${probability(p)}`;

/** Largest number of kinds of difference that a group shows. */
const MAX_DIFFERENCES = 6;

/** Returns the kinds of difference of a group with their counts, the most frequent first. */
export function differencesText({ differences }: ReplayCluster): string {
  const all = Object.entries(differences).map(([difference, calls]) => `${difference}: ${integer(calls)}`);
  const rest = all.length - MAX_DIFFERENCES;
  return [...all.slice(0, MAX_DIFFERENCES), ...(rest > 0 ? [`and ${integer(rest)} more`] : [])].join(', ');
}

/** Returns sentences about the sample, the judge and the cost of the experiment. Reasons of exclusions are names. */
export function factsOf({ sample, follow, control, judge, spentNanoUsd }: ReplayReport): readonly Cell[] {
  const { traffic, represented, units, distinct, conversations, from, to } = sample;
  const period = `${from.slice(0, 10)} to ${to.slice(0, 10)}`;
  const duplicates = units === distinct ? '' : ` (${integer(distinct)} without near duplicates)`;
  const share = traffic === 0 ? 0 : represented / traffic;
  return [
    `The sample has ${counted(units, 'call')}${duplicates} of ${counted(conversations, 'conversation')}. It represents ${percent(share)} of the ${integer(traffic)} calls of ${period}. Nothing is known of the others.`,
    ...(follow
      ? [
          'Each call is a complete run: the model got the recorded results of tools until its answer. Cost and times are compared with the control.',
        ]
      : []),
    ...Object.entries(sample.excluded).map(([reason, calls]) => ({
      name: `Excluded: ${integer(calls)} calls, ${reason}`,
    })),
    'Every share, quality and cost is an estimate for the traffic: the result of a call has the weight of the calls that it represents. Rare kinds of calls have at least 20 calls in the sample, so each of these calls weighs less.',
    'A quality of 100 % means as good as the recorded answers: it is 1 + the share of better answers − the share of worse answers.',
    ...(control === undefined ? [] : [controlFact(control.quality)]),
    ...(judge === undefined ? [] : judgeFacts(judge)),
    `The experiment has cost ${usd(spentNanoUsd)}.`,
  ];
}

const controlFact = ({ n }: Estimate): string =>
  `Control: the present model answered ${counted(n, 'call')} again. Its quality differs from 100 % only by chance, by noise of the judge, and by redacted values.`;

function judgeFacts(judge: NonNullable<ReplayReport['judge']>): readonly Cell[] {
  const { models, pairs, agreed, doubtful, labels, agreement } = judge;
  const labeled =
    agreement === undefined
      ? ''
      : `, and ${percent(agreement.value)} (${percentRange(agreement, 'to')}) of its clear verdicts agree with people`;
  return [
    ...(models.length === 0 ? [] : [{ name: `Judge: ${models.join(', ')}` }]),
    `The judge compared ${counted(pairs, 'pair')}, gave the same verdict in both orders for ${percent(agreed / pairs)}, and is in doubt about ${integer(doubtful)}. People labeled ${integer(labels)}${labeled}.`,
  ];
}
