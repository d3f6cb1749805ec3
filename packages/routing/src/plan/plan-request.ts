import type { ResolverContext } from '../ranking/choose.ts';
import type { Decision } from '../presets/decide.ts';

/**
 * Key in call metadata under which the resolver stores its decision for a plan. A symbol is not listed or
 * printed.
 */
const PLAN_REQUEST = Symbol('majordomo.plan');

/** Request of a plan, and the decision once it is made. */
export interface PlanRequest {
  readonly name: string;
  decision?: Decision | undefined;
}

/** Returns the metadata of a call for a plan. */
export const withPlanRequest = (metadata: object, question: PlanRequest): Readonly<Record<string, unknown>> =>
  Object.defineProperty({ ...metadata }, PLAN_REQUEST, { value: question });

/** Stores the decision if the call is for a plan. */
export function recordDecision(
  name: string,
  { call, path }: ResolverContext,
  decision: Decision | undefined,
): void {
  const question = Reflect.get(call?.metadata ?? {}, PLAN_REQUEST) as PlanRequest | undefined;
  if (question?.name === name && path.length === 0) question.decision = decision;
}
