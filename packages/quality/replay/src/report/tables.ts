import type { Line, Section, Text } from './block.ts';
import { change, counted, duration, durationRange, integer, percent, percentRange, usd } from './figures.ts';
import type { Estimate, ReplayCost, ReplayLatency, ReplayReport } from './report.ts';
import { failedOf } from './decision.ts';

/** Largest number of rows of the tables whose length depends on the calls. */
const MAX_ROWS = 25;

interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly Line[];
}

/** Returns the tables of a report, after the sentences about the failures and costs. A table without rows is absent. */
export function tablesOf(report: ReplayReport): readonly Section[] {
  const sentences = [...failureSentences(report), ...costSentences(report)];
  const tables = [figuresTable(report), kindsTable(report), divergencesTable(report), failuresTable(report)];
  return tables
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, head, rows }, at): Section => {
      const table = { type: 'table', head, rows } as const;
      const items = sentences.map((sentence) => [sentence]);
      return {
        title: [title],
        blocks: at === 0 && items.length > 0 ? [{ type: 'list', items }, table] : [table],
      };
    });
}

/** States how many answers of the sample failed, next to the quality that includes them. */
function failureSentences({ failures, quality }: ReplayReport): readonly string[] {
  if (quality === undefined) return [];
  const [candidate, recorded] = (['candidate', 'recorded'] as const).map((side) => failedOf(failures, side));
  return [
    `Failed answers, of ${counted(quality.n, 'call')} of the sample: candidate ${integer(candidate ?? 0)}, recorded ${integer(recorded ?? 0)}.`,
  ];
}

/** States the cost of one call and of a thousand calls. A cost of a month would need the traffic of a month. */
function costSentences({ cost }: ReplayReport): readonly string[] {
  if (cost === undefined) return [];
  const { ratio, presentNanoUsd, candidateNanoUsd } = cost;
  const difference = 1000n * (BigInt(candidateNanoUsd) - BigInt(presentNanoUsd));
  const thousand =
    difference < 0n
      ? `1,000 calls save ${usd(`${-difference}`)}`
      : `1,000 calls cost ${usd(`${difference}`)} more`;
  return [
    `A call costs ${usd(candidateNanoUsd)} instead of ${usd(presentNanoUsd)} on average (${change(ratio.value)}): ${thousand}.`,
  ];
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
const LATENCY_TITLES: readonly (readonly [keyof ReplayLatency['differences'], string])[] = [
  ['firstP50', 'p50 of the first content'],
  ['firstP95', 'p95 of the first content'],
  ['p50', 'p50 of the duration'],
  ['p95', 'p95 of the duration'],
];

/** Names of the times with which those of the candidate are compared. */
const THAN: Readonly<Record<ReplayLatency['than'], string>> = {
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
  const callsOf = (estimate: Estimate | undefined): string => integer(estimate?.n ?? 0);
  return {
    title: 'Failed answers',
    head: [
      'reason',
      `candidate (of ${callsOf(quality)})`,
      `recorded (of ${callsOf(quality)})`,
      `control (of ${callsOf(control?.quality)})`,
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
function limited(rows: readonly Line[]): readonly Line[] {
  if (rows.length <= MAX_ROWS) return rows;
  return [...rows.slice(0, MAX_ROWS), [`and ${integer(rows.length - MAX_ROWS)} more`]];
}

/** Returns sentences about the sample, the judge and the cost of the experiment. Reasons of exclusions are names. */
export function factsOf({ sample, follow, control, judge, spentNanoUsd }: ReplayReport): readonly Text[] {
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

function judgeFacts(judge: NonNullable<ReplayReport['judge']>): readonly Text[] {
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
