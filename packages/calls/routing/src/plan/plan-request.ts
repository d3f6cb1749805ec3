import type { ResolverContext } from '../ranking/choose.ts';
import type { Decision } from '../presets/decide.ts';

/** Metadata key of a plan request. The key is a symbol, so that metadata is listed and printed without it. */
const PLAN_REQUEST = Symbol('majordomo.plan');

/** Name to plan. The resolver stores its decision here. */
export interface PlanRequest {
  readonly name: string;
  decision?: Decision | undefined;
}

/** Returns call metadata that requests a plan. */
export const withPlanRequest = (metadata: object, question: PlanRequest): Readonly<Record<string, unknown>> =>
  Object.defineProperty({ ...metadata }, PLAN_REQUEST, { value: question });

/** Stores the decision if the metadata requests a plan of this name. `path` is empty for the name of the call itself. */
export function recordDecision(
  name: string,
  { call, path }: ResolverContext,
  decision: Decision | undefined,
): void {
  const question = Reflect.get(call?.metadata ?? {}, PLAN_REQUEST) as PlanRequest | undefined;
  if (question?.name === name && path.length === 0) question.decision = decision;
}
