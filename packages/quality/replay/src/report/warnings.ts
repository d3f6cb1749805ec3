import { isMediaDifference } from '../compare/compare.ts';
import { hasCosts } from './cost.ts';
import { counted, percent, usd } from './figures.ts';
import type { ReplayCost, ReplayJudgment } from './report.ts';
import type { Results } from './results.ts';

/** Least share of pairs with the same verdict in both orders, and of clear verdicts that agree with labels. */
const LEAST_AGREEMENT = 0.8;

/** Returns the warnings of the plan and of the run, and those of the results. */
export function warningsOf(
  { warnings, units, follow, lost }: Results,
  cost: ReplayCost | undefined,
  judge: ReplayJudgment | undefined,
): readonly string[] {
  const answered = units.filter(({ candidate }) => candidate !== undefined);
  // Runs have a present cost only in the control.
  const compared = follow ? answered.filter(({ control }) => control !== undefined) : answered;
  const unpriced = compared.filter((unit) => !hasCosts(unit)).length;
  const openControls = units.filter(
    ({ isInControl, control }) => isInControl && control === undefined,
  ).length;
  const undecided = answered.filter(({ candidate }) => candidate?.by === 'undecided').length;
  const unseen = answered.filter(
    ({ candidate }) => candidate?.by === 'judge' && candidate.differences.some(isMediaDifference),
  ).length;
  const own = [
    judge !== undefined &&
      judge.agreed / judge.pairs < LEAST_AGREEMENT &&
      `The judge gave the same verdict in both orders for only ${percent(judge.agreed / judge.pairs)} of the pairs, so the real difference is larger than the measured one. Use another judge, or label the doubtful pairs.`,
    judge?.agreement !== undefined &&
      judge.agreement.value < LEAST_AGREEMENT &&
      `Only ${percent(judge.agreement.value)} of the clear verdicts agree with the labels of people. Change the rubric, or use another judge.`,
    unpriced > 0 &&
      cost !== undefined &&
      `The cost of ${counted(unpriced, 'call')} of ${compared.length} is unknown, so the cost ratio does not contain them. Add the missing prices to the catalog.`,
    cost === undefined &&
      compared.length > 0 &&
      (unpriced === compared.length
        ? 'No cost ratio: the price of the present model or of the candidate is unknown. Add it to the catalog.'
        : 'No cost ratio: the present model costs nothing, or one conversation has most of its cost.'),
    undecided > 0 &&
      `${counted(undecided, 'pair')} count as equal, because no check and no judge decides them. Add a judge.`,
    unseen > 0 &&
      `${counted(unseen, 'pair')} ${unseen === 1 ? 'differs' : 'differ'} in images or audio, which the judge does not see. Add a check that compares them.`,
    openControls > 0 &&
      `${counted(openControls, 'answer')} of the control have no result yet. Run the experiment again.`,
    lost.calls > 0 &&
      `${counted(lost.calls, 'call')} ${lost.calls === 1 ? 'was' : 'were'} in flight when a process ended. The vendor may bill ${usd(`${lost.maxNanoUsd}`)} for them.`,
  ].filter((warning) => typeof warning === 'string');
  return [...new Set([...warnings, ...own])];
}
