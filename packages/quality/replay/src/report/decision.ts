import {
  boundText,
  change,
  counted,
  duration,
  integer,
  percent,
  percentRange,
  percentWithin,
} from './figures.ts';
import type { Line } from './block.ts';
import type { ReplayReport, ReplayRule } from './report.ts';

/** Recommendation in sentences, for a person who decides. */
interface Decision {
  readonly title: string;
  /** Names of the compared models. */
  readonly models: string;
  /** Result of each rule. */
  readonly reasons: readonly string[];
  /** Steps that the reader takes next. */
  readonly next: readonly Line[];
}

export const decisionOf = (report: ReplayReport): Decision => ({
  title: titleOf(report),
  models: modelsText(report),
  reasons: report.rules.map(ruleText),
  next: nextOf(report),
});

function titleOf(report: ReplayReport): string {
  const { verdict, rules, missing, sample } = report;
  const broken = rules.filter(({ result }) => result === 'broken').map(({ name }) => COMPLAINTS[name]);
  const worse = worseKinds(report);
  switch (verdict) {
    case 'pass':
      return worse === 0
        ? 'Switch: the candidate meets every rule'
        : `Switch with care: every rule is met, but ${counted(worse, 'kind')} got worse`;
    case 'fail':
      return `Do not switch: the candidate is ${broken.join(' and ')}`;
    case 'inconclusive':
      return 'Do not decide yet: the result is not certain enough';
    case 'incomplete':
      return `Not finished: ${integer(missing)} of ${integer(sample.units)} calls have no result yet`;
  }
}

const COMPLAINTS: Readonly<Record<ReplayRule['name'], string>> = {
  'min-quality': 'not good enough',
  'max-cost': 'too expensive',
};

const worseKinds = ({ kinds }: ReplayReport): number => kinds.filter(({ isWorse }) => isWorse).length;

function ruleText({ name, bound, estimate, result }: ReplayRule): string {
  const isQuality = name === 'min-quality';
  const subject = isQuality ? 'Quality' : 'Cost';
  if (estimate === undefined) return `${subject} is unknown, so its rule is undecided.`;
  const { value } = estimate;
  const limit = `${isQuality ? 'at least' : 'at most'} ${boundText(bound)}`;
  const measured = `${subject} is ${percent(value)}, and lies between ${percentRange(estimate)} with 95 % certainty.`;
  return `${measured} The rule (${limit}) is ${RESULTS[result]}.`;
}

const RESULTS: Readonly<Record<ReplayRule['result'], string>> = {
  met: 'met',
  broken: 'broken',
  undecided: 'undecided, because its bound is inside this range',
};

function nextOf(report: ReplayReport): readonly Line[] {
  switch (report.verdict) {
    case 'pass':
      return [
        ...reviewSteps(report),
        ...coverageSteps(report),
        [
          'Move a small share of the traffic first, with `split` of `@majordomo/routing`, and then the other calls.',
        ],
      ];
    case 'fail':
      return [
        ...reviewSteps(report),
        ['Stay with the present model, or change the candidate and run a new experiment.'],
      ];
    case 'inconclusive':
      return [
        ...labelSteps(report),
        ...undecidedSteps(report),
        ...controlSteps(report),
        ...reviewSteps(report),
      ];
    case 'incomplete':
      return [['Run the experiment again. It continues, and sends no answered call again.']];
  }
}

const MAX_NAMES = 3;

function modelsText({ models }: ReplayReport): string {
  const { present, candidate = 'the same names with changed requests' } = models;
  const more = present.length - MAX_NAMES;
  const names = [...present.slice(0, MAX_NAMES), ...(more > 0 ? [`${integer(more)} more`] : [])];
  return `${candidate} instead of ${names.join(', ') || 'the recorded answers'}`;
}

/** Share of the traffic below which the reader is reminded that the other calls are unknown. */
const LARGE_SHARE = 0.9;

function coverageSteps({ sample }: ReplayReport): readonly Line[] {
  const share = sample.traffic === 0 ? 1 : sample.represented / sample.traffic;
  if (share >= LARGE_SHARE) return [];
  return [
    [
      `The sample represents ${percent(share)} of the traffic. Move only such calls, or store content of the others and run a new experiment.`,
    ],
  ];
}

/** States whether the present model itself would be uncertain under the rule for the quality. */
function controlSteps({ control, rules }: ReplayReport): readonly Line[] {
  const rule = rules.find(({ name }) => name === 'min-quality');
  if (control === undefined || rule?.result !== 'undecided' || control.quality.low >= rule.bound) return [];
  return [
    [
      `The present model, which answered again, has ${percent(control.quality.value)} (${percentRange(control.quality, 'to')}) itself, so a part of the difference is noise of the judge.`,
    ],
  ];
}

function reviewSteps(report: ReplayReport): readonly Line[] {
  const worse = worseKinds(report);
  if (worse === 0) return [];
  const these = worse === 1 ? 'the kind' : `the ${worse} kinds`;
  const text =
    report.verdict === 'pass'
      ? `Read the examples of ${these} that got worse first. Leave such calls with the present model if the difference matters.`
      : `Read the examples of ${these} that got worse. A prompt or a schema that fits the candidate often repairs such a loss.`;
  return [[text]];
}

function undecidedSteps({ rules, sample }: ReplayReport): readonly Line[] {
  return rules
    .filter(({ result }) => result === 'undecided')
    .map(({ name, estimate, callsNeeded }) => {
      if (estimate === undefined)
        return ['Add the missing prices to the catalog, so that the costs can be compared.'];
      if (callsNeeded === undefined)
        return [
          `The ${name === 'max-cost' ? 'cost' : 'quality'} is almost equal to its bound, so more calls will not decide. Choose another bound, or decide by the other figures.`,
        ];
      return [collectText(callsNeeded, sample)];
    });
}

function collectText(callsNeeded: number, { distinct, represented }: ReplayReport['sample']): string {
  const more = `Collect about ${integer(Math.max(1, callsNeeded - distinct))} more calls to decide`;
  const period =
    callsNeeded <= represented
      ? ''
      : ` and a longer period, because this one has ${integer(represented)} calls`;
  return `${more}: run a new experiment with \`sample: ${callsNeeded}\`${period}.`;
}

function labelSteps({ judge, name }: ReplayReport): readonly Line[] {
  // Labels of clear verdicts, whose number is `agreement.n`, measure the judge. All other labels have decided doubtful pairs.
  const open = judge === undefined ? 0 : judge.doubtful - (judge.labels - (judge.agreement?.n ?? 0));
  if (open === 0) return [];
  return [
    [
      `Decide the ${counted(open, 'pair')} on which the judge contradicts itself. Your labels replace its verdicts. `,
      { name: `majordomo replay label ${name}` },
    ],
  ];
}

/** Members of a report that its summary states. */
type Summarized = Pick<
  ReplayReport,
  'verdict' | 'rules' | 'quality' | 'failures' | 'cost' | 'latency' | 'kinds' | 'missing' | 'sample'
>;

/**
 * Returns one sentence, such as `96.1 % ± 0.7 as good, 0.4 % failed (recorded 0.1 %), −41 % cost per call; 2 kinds of calls got
 * worse`.
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
