import { boundText, change, counted, integer, percent, percentRange, usd } from './figures.ts';
import type { ReplayCluster, ReplayReport, ReplayRule } from './report.ts';
import { failedOf } from './summary.ts';

/** Recommendation in sentences, for a person who decides. */
export interface Decision {
  readonly title: string;
  /** Names of the compared models. */
  readonly models: string;
  /** Result of each rule. */
  readonly reasons: readonly string[];
  /** Failed answers and costs of both models, which the quality alone does not show. */
  readonly figures: readonly string[];
  /** Groups that got worse, at most ten. */
  readonly groups: readonly WorseGroup[];
  /** Number of groups that are not in `groups`. */
  readonly moreGroups: number;
  /** Steps that the reader takes next. */
  readonly next: readonly NextStep[];
}

export interface NextStep {
  readonly text: string;
  /** Command of this step. */
  readonly command?: string | undefined;
}

/** Group of calls that got worse. Its name is the only text of a decision that calls determine. */
export interface WorseGroup {
  readonly name: string;
  readonly text: string;
}

const MAX_GROUPS = 10;

export function decisionOf(report: ReplayReport): Decision {
  const groups = worseGroups(report);
  return {
    title: titleOf(report),
    models: modelsText(report),
    reasons: report.rules.map(ruleText),
    figures: [...failureFigures(report), ...costFigures(report)],
    groups: groups.slice(0, MAX_GROUPS),
    moreGroups: Math.max(0, groups.length - MAX_GROUPS),
    next: nextOf(report),
  };
}

function titleOf(report: ReplayReport): string {
  const { verdict, rules, missing, sample } = report;
  const broken = rules.filter(({ result }) => result === 'broken').map(({ name }) => COMPLAINTS[name]);
  const groups = worseGroups(report).length;
  switch (verdict) {
    case 'pass':
      return groups === 0
        ? 'Switch: the candidate meets every rule'
        : `Switch with care: every rule is met, but ${groupsText(report)} got worse`;
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

function groupsText({ clusters, kinds }: ReplayReport): string {
  return clusters.length > 0
    ? counted(clusters.length, 'group')
    : counted(kinds.filter(({ isWorse }) => isWorse).length, 'kind');
}

/** Returns the groups that got worse, or the kinds if no group was found. */
function worseGroups({ clusters, kinds }: ReplayReport): readonly WorseGroup[] {
  if (clusters.length > 0)
    return clusters.map((cluster) => ({ name: cluster.name, text: groupText(cluster) }));
  return kinds.filter(({ isWorse }) => isWorse).map((kind) => ({ name: kind.kind, text: groupText(kind) }));
}

const groupText = ({ quality, share }: Pick<ReplayCluster, 'quality' | 'share'>): string =>
  `${percent(quality.value)} as good, ${percent(share)} of the traffic`;

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

/** States how many answers of the sample failed, next to the quality that includes them. */
function failureFigures({ failures, quality }: ReplayReport): readonly string[] {
  if (quality === undefined) return [];
  const [candidate, recorded] = (['candidate', 'recorded'] as const).map((side) => failedOf(failures, side));
  return [
    `Failed answers, of ${counted(quality.n, 'call')} of the sample: candidate ${integer(candidate ?? 0)}, recorded ${integer(recorded ?? 0)}.`,
  ];
}

/** States the cost of one call and of a thousand calls. A cost of a month would need the traffic of a month. */
function costFigures({ cost }: ReplayReport): readonly string[] {
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

function nextOf(report: ReplayReport): readonly NextStep[] {
  switch (report.verdict) {
    case 'pass':
      return [
        ...reviewSteps(report),
        ...coverageSteps(report),
        {
          text: 'Move a small share of the traffic first, with `split` of `@majordomo/routing`, and then the other calls.',
        },
      ];
    case 'fail':
      return [
        ...reviewSteps(report),
        { text: 'Stay with the present model, or change the candidate and run a new experiment.' },
      ];
    case 'inconclusive':
      return [
        ...labelSteps(report),
        ...undecidedSteps(report),
        ...controlSteps(report),
        ...reviewSteps(report),
      ];
    case 'incomplete':
      return [{ text: 'Run the experiment again. It continues, and sends no answered call again.' }];
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

function coverageSteps({ sample }: ReplayReport): readonly NextStep[] {
  const share = sample.traffic === 0 ? 1 : sample.represented / sample.traffic;
  if (share >= LARGE_SHARE) return [];
  return [
    {
      text: `The sample represents ${percent(share)} of the traffic. Move only such calls, or store content of the others and run a new experiment.`,
    },
  ];
}

/** States whether the present model itself would be uncertain under the rule for the quality. */
function controlSteps({ control, rules }: ReplayReport): readonly NextStep[] {
  const rule = rules.find(({ name }) => name === 'min-quality');
  if (control === undefined || rule?.result !== 'undecided' || control.quality.low >= rule.bound) return [];
  return [
    {
      text: `The present model, which answered again, has ${percent(control.quality.value)} (${percentRange(control.quality, 'to')}) itself, so a part of the difference is noise of the judge.`,
    },
  ];
}

function reviewSteps(report: ReplayReport): readonly NextStep[] {
  const groups = worseGroups(report).length;
  if (groups === 0) return [];
  const these = groups === 1 ? 'the group' : `the ${groups} groups`;
  const text =
    report.verdict === 'pass'
      ? `Read the examples of ${these} that got worse first. Leave such calls with the present model if the difference matters.`
      : `Read the examples of ${these} that got worse. A prompt or a schema that fits the candidate often repairs such a loss.`;
  return [{ text }];
}

function undecidedSteps({ rules, sample }: ReplayReport): readonly NextStep[] {
  return rules
    .filter(({ result }) => result === 'undecided')
    .map(({ name, estimate, callsNeeded }) => {
      if (estimate === undefined)
        return { text: 'Add the missing prices to the catalog, so that the costs can be compared.' };
      if (callsNeeded === undefined)
        return {
          text: `The ${name === 'max-cost' ? 'cost' : 'quality'} is almost equal to its bound, so more calls will not decide. Choose another bound, or decide by the other figures.`,
        };
      return { text: collectText(callsNeeded, sample) };
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

function labelSteps({ judge, name }: ReplayReport): readonly NextStep[] {
  // Labels of clear verdicts measure the judge.
  const open = judge === undefined ? 0 : judge.doubtful - (judge.labels - (judge.agreement?.n ?? 0));
  if (open === 0) return [];
  return [
    {
      text: `Decide the ${counted(open, 'pair')} on which the judge contradicts itself. Your labels replace its verdicts.`,
      command: `majordomo replay label ${name}`,
    },
  ];
}
