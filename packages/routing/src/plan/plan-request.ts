import type { ResolverContext } from '../ranking/choose.ts';
import type { Decision } from '../presets/decide.ts';

/** Where the resolver leaves its decision for a plan; seen by nobody who lists the metadata or prints it. */
const PLAN_REQUEST = Symbol('majordomo.plan');

/** One question of a plan, and the answer once it is known. */
export interface PlanRequest {
  readonly name: string;
  decision?: Decision | undefined;
}

/** The metadata of a call that only plans. */
export const withPlanRequest = (metadata: object, question: PlanRequest): Readonly<Record<string, unknown>> =>
  Object.defineProperty({ ...metadata }, PLAN_REQUEST, { value: question });

/** Tells the plan that asks, if one does. */
export function recordDecision(
  name: string,
  { call, path }: ResolverContext,
  decision: Decision | undefined,
): void {
  const question = Reflect.get(call?.metadata ?? {}, PLAN_REQUEST) as PlanRequest | undefined;
  if (question?.name === name && path.length === 0) question.decision = decision;
}
