import type { ChatRequest } from '@majordomo/core';
import type { RecordedCall } from '../traffic/answer.ts';
import { candidateRequest, candidateSpec, replayedRequest } from '../experiment/candidate.ts';
import { repairOf, requestToJudge } from '../experiment/judge-request.ts';
import { tenantOf } from '../traffic/tenant.ts';
import { answersIn, MORE_STEPS, requestAtEnd } from '../follow/recorded-run.ts';
import type { Planning } from './planning.ts';

/** Assumed share of the pairs that a judge sees. The others are decided before, for example because both answers are equal. */
const JUDGED = 0.6;
/** Likely number of output tokens of a judge. */
const JUDGE_OUTPUT = 200;

/** Costs of all calls for one unit, in nano-USD. */
export interface UnitCosts {
  readonly likely: bigint;
  readonly most: bigint;
  /** Maximum cost of the most expensive attempt. */
  readonly largest: bigint;
  /** Likely number of answers of one side: 1, or the number in the recorded run. */
  readonly answers: number;
}

/** Returns the likely and the maximum cost of all calls for one unit. */
export async function unitCosts(
  { experiment, prices, signal }: Planning,
  call: RecordedCall,
  isInControl: boolean,
): Promise<UnitCosts> {
  const { definition, name, judges } = experiment;
  const { candidate, batches, follow = false, judge: judging } = definition;
  const rubric = typeof judging === 'object' ? judging.rubric : '';
  const isBatch = batches !== undefined;
  const facts = { tenant: tenantOf(name), signal };
  const { response, steps = [] } = call;
  const sides: (readonly [spec: string, request: ChatRequest])[] = [];
  const request = candidateRequest(candidate, call);
  const spec = candidateSpec(candidate, call);
  if (request !== undefined && spec !== undefined) sides.push([spec, request]);
  if (isInControl) sides.push([response.target, replayedRequest(call)]);
  const answers = answersIn(steps) + 1;
  const mostAnswers = follow ? answers + MORE_STEPS : 1;
  let likely = 0n;
  let most = 0n;
  let largest = 0n;
  for (const [target, sent] of sides) {
    // The request of the last recorded answer is longer than the earlier ones, and stands for all of them.
    const last = requestAtEnd({ request: sent, steps });
    likely += BigInt(answers) * (await prices.likely(target, response.usage, isBatch));
    const answer = await prices.maximum(target, last, facts);
    most += BigInt(mostAnswers) * answer;
    largest = larger(largest, answer);
    for (const judge of judges) {
      const shown = { parts: response.parts, steps };
      const judged = requestToJudge(rubric, { request: call.request, first: shown, second: shown });
      const { input = 0, output = 0 } = response.usage ?? {};
      // A judge reads the request and two answers, which are about as long as the recorded answer.
      const usage = {
        input: input + 2 * output,
        output: JUDGE_OUTPUT,
        cacheRead: 0,
        cacheWrite: 0,
        reasoning: undefined,
      };
      // Both orders are judged. The share is multiplied by 10, because a bigint has no fraction.
      likely += (2n * (await prices.likely(judge, usage, isBatch)) * BigInt(JUDGED * 10)) / 10n;
      const verdict = await prices.maximum(judge, judged, facts);
      // Only a live call is repaired, once.
      const repair = isBatch ? 0n : await prices.maximum(judge, repairOf(judged), facts);
      most += 2n * (verdict + repair);
      largest = larger(largest, larger(verdict, repair));
    }
  }
  return { likely, most, largest, answers };
}

const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);
