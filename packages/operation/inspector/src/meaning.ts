import { LlmError, type ResolvedTarget } from '@majordomo/core';
import { Refusal } from './answers.ts';
import type { InspectorOptions, PlannedChain } from './options.ts';
import { toFeedHealth } from './feed-health.ts';
import type { FeedResolvedSpec, FeedPlan, FeedTarget } from './feed-types.ts';

/**
 * Returns the targets of a spec or name, in the order in which a call would try them. For a name of the router, the result
 * includes the reasons for the choice. No vendor is called.
 */
export async function meaningOf(
  query: URLSearchParams,
  { majordomo, models = {}, router }: Pick<InspectorOptions, 'majordomo' | 'models' | 'router'>,
  signal: AbortSignal,
): Promise<FeedResolvedSpec> {
  const name = query.get('spec')?.trim() ?? '';
  const spec = Object.hasOwn(models, name) ? (models[name] ?? name) : name;
  const tenant = query.get('tenant') ?? '';
  try {
    const targets = await majordomo.resolve(spec, { signal, ...(tenant !== '' && { tenant }) });
    const isPlanned = router?.names().includes(spec) === true;
    const plan = isPlanned ? await router.plan(spec, majordomo) : undefined;
    return { targets: targets.map(toFeedTarget), plan: plan && toFeedPlan(plan) };
  } catch (error) {
    if (LlmError.is(error, 'config')) throw new Refusal(422, error.message);
    throw error;
  }
}

function toFeedTarget({ target, vendor, billing, capabilities, health }: ResolvedTarget): FeedTarget {
  return {
    target,
    vendor,
    billing,
    can: Object.entries(capabilities).flatMap(([name, value]) => capabilityText(name, value)),
    health: health && toFeedHealth(target, health),
  };
}

/** Formats a capability as text, or omits it. Details of images would be too long, so only the name is shown. */
function capabilityText(name: string, value: unknown): readonly string[] {
  const hasDetailsOfImages = name === 'images' && typeof value === 'object';
  if (value === true || hasDetailsOfImages) return [name];
  if (typeof value === 'string') return [`${name}: ${value}`];
  return typeof value === 'number' ? [`${name}: ${value.toLocaleString('en')}`] : [];
}

const toFeedPlan = ({ chain, reason, candidates, rejected, warnings }: PlannedChain): FeedPlan => ({
  chain,
  reason,
  candidates: candidates.map(({ target, score, parts, estimateNanoUsd }) => ({
    target,
    score,
    parts,
    estimateNanoUsd: estimateNanoUsd?.toString(),
  })),
  rejected,
  warnings,
});
