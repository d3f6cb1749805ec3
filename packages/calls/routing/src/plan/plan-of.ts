import { LlmError, type Majordomo, type Resolver } from '@majordomo/core';
import { abortable, didYouMean } from '@majordomo/core/toolkit';
import type { Plan, Preset, Turn } from '../contract.ts';
import type { RankingContext } from '../ranking/choose.ts';
import { retirementWarning } from '../ranking/retirement.ts';
import { rankedTarget, type RankedTarget } from '../ranking/ranked-target.ts';
import { withPlanRequest, type PlanRequest } from './plan-request.ts';

interface Planner extends RankingContext {
  readonly resolver: Resolver;
  readonly presets: ReadonlyMap<string, Preset>;
}

/** Runs the resolver as a call would, and returns the decision. */
export async function planOf(
  name: string,
  majordomo: Majordomo,
  { request, call, signal = new AbortController().signal }: Partial<Turn>,
  planner: Planner,
): Promise<Plan> {
  const { presets, resolver, catalog, clock } = planner;
  if (!presets.has(name)) throw noPreset(name, presets);
  if (!isMajordomo(majordomo))
    throw new LlmError('config', 'plan: expected the result of createMajordomo as the second argument');
  const question: PlanRequest = { name };
  const metadata = withPlanRequest(call?.metadata ?? {}, question);
  // Add the router to a copy, because the majordomo may not have this router.
  const view = majordomo.with({});
  view.resolver(resolver);
  // The resolver stores its decision in `question`, which it finds in the metadata.
  const targets = await view.resolve(name, { request, tenant: call?.tenant, metadata, signal });
  const { decision } = question;
  if (decision === undefined) throw shadowedPreset(name);
  const { meaning, reason, candidates, rejected, warnings } = decision;
  const chain = typeof meaning === 'string' ? meaning : meaning.spec;
  const plan = { name, chain, reason, rejected };
  // A choice has ranked its candidates, and a fallback may have none. Any other decision returns the targets of its chain.
  if (candidates.length > 0 || reason === 'fallback') return { ...plan, candidates, warnings };
  const now = clock.now();
  const ranked = targets.map((target) => rankedTarget(target.target, target, request, { catalog, now }));
  const subjects = await abortable(Promise.all(ranked), signal).catch((cause: unknown) => {
    throw signal.aborted ? new LlmError('aborted', 'the plan was aborted', {}, { cause }) : cause;
  });
  const today = new Date(now).toISOString().slice(0, 10);
  return {
    ...plan,
    candidates: subjects.map(({ target, nanoUsd }) => ({
      target,
      score: 0,
      parts: {},
      estimateNanoUsd: nanoUsd,
    })),
    warnings: subjects.flatMap((subject) =>
      [subject.catalogError ?? missingFacts(subject) ?? [], retirementWarning(subject, today) ?? []].flat(),
    ),
  };
}

const isMajordomo = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'with' in value && typeof value.with === 'function';

function missingFacts({ target, vendor, facts, billing }: RankedTarget): string | undefined {
  if (facts !== undefined || billing === 'included') return undefined;
  return vendor === undefined
    ? `${target}: its provider has no vendor, so its prices and limits are unknown`
    : `${target}: the catalog does not contain this model, so its prices and limits are unknown`;
}

function noPreset(name: string, presets: ReadonlyMap<string, Preset>): LlmError {
  const known = [...presets.keys()];
  const message = `unknown preset "${name}" (known: ${known.join(', ') || 'none'})${didYouMean(name, known)}`;
  return new LlmError('config', message, { code: 'unknown-name' });
}

function shadowedPreset(name: string): LlmError {
  const message = `the preset "${name}" is never used, because an alias or an earlier resolver has its name; rename the preset`;
  return new LlmError('config', message, { code: 'shadowed', path: `presets.${name}` });
}
