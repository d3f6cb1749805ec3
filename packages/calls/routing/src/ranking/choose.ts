import type { Catalog } from '@majordomo/catalog';
import { LlmError, type Clock, type Resolver } from '@majordomo/core';
import type { Candidate, Choice, Plan, Turn, Weights } from '../contract.ts';
import type { LimitReader } from '../observed/limit-reader.ts';
import type { SpeedMemory } from '../observed/speed-memory.ts';
import { elementsOf } from '../elements.ts';
import { STRATEGIES, strategyOf } from '../strategies.ts';
import { rejectionReason } from './filters.ts';
import { retirementWarning } from './retirement.ts';
import { limitPenalty } from './limit-penalty.ts';
import { scoreTargets, type TargetRating } from './score.ts';
import { rankedTarget, type RankedTarget } from './ranked-target.ts';
import { requirementsOf } from './requirements.ts';

/** Options and state that a ranking depends on. */
export interface RankingContext {
  readonly catalog: Catalog;
  readonly quality: ReadonlyMap<string, number>;
  readonly speeds: SpeedMemory;
  readonly budgets: LimitReader;
  readonly clock: Clock;
}

/** Context of a resolver. */
export type ResolverContext = Parameters<Resolver>[1];

/** Chain of a choice, with its reasons. */
export type RankedChoice = Pick<Plan, 'chain' | 'candidates' | 'rejected' | 'warnings'> & {
  readonly reason: 'ranked' | 'fallback';
};

const DEFAULT_MAX_TARGETS = 3;

/** Ranks the targets of a choice for a call. Throws `config` with all reasons if no target remains. */
export async function choose(
  name: string,
  choice: Choice,
  context: ResolverContext,
  judge: RankingContext,
): Promise<RankedChoice> {
  const now = judge.clock.now();
  const [{ found, missing }, limits] = await Promise.all([
    rankedTargets(choice.choose, context, { catalog: judge.catalog, now }),
    judge.budgets.snapshot(),
  ]);
  const wanted = requirementsOf(choice.needs ?? {}, context.request, now);
  const judged = found.map((subject) => ({ subject, why: rejectionReason(subject, wanted) }));
  const fit = judged.filter(({ why }) => why === undefined).map(({ subject }) => subject);
  const rejected = [
    ...missing,
    ...judged.flatMap(({ subject, why }) => (why === undefined ? [] : [{ target: subject.writtenAs, why }])),
  ].sort((a, b) => choice.choose.indexOf(a.target) - choice.choose.indexOf(b.target));
  const ratedTargets = fit.map((subject) => ({
    subject,
    rating: {
      speed: judge.speeds.speedOf(subject.target),
      quality: judge.quality.get(subject.writtenAs) ?? judge.quality.get(subject.target),
      ledger: limitPenalty(subject, context.call, limits.states, now),
    },
  }));
  const weights = weightsOf(choice, context);
  const byContext = (choice.by ?? strategyOf(context.request)) === 'long-context';
  const candidates = [...scoreTargets(ratedTargets, { weights, byContext, now })].sort(
    (a, b) => b.score - a.score,
  );
  const chain = chainOf(choice, candidates);
  if (chain === undefined) throw noTargetLeft(name, rejected);
  const warnings = [
    ...assumptions(ratedTargets, weights),
    ...fit.flatMap((subject) => retirementWarning(subject, wanted.today) ?? []),
    ...new Set(found.flatMap(({ catalogError }) => catalogError ?? [])),
    ...(limits.error === undefined ? [] : [`the ledger could not be read: ${limits.error}`]),
  ];
  return { ...chain, candidates, rejected, warnings };
}

/**
 * Returns the targets with their facts. Looks up each target separately, so that a target that cannot be resolved does not
 * affect the others.
 */
async function rankedTargets(
  targets: Choice['choose'],
  { majordomo, request, call, signal }: ResolverContext,
  priceSource: Parameters<typeof rankedTarget>[3],
): Promise<{ readonly found: readonly RankedTarget[]; readonly missing: Plan['rejected'] }> {
  const context = { request, tenant: call?.tenant, metadata: call?.metadata, signal };
  const looked = [...new Set(targets)].map(async (target) => {
    try {
      const [first] = await majordomo.resolve(target, context);
      return first && (await rankedTarget(target, first, request, priceSource));
    } catch (error) {
      // Aliases in a circle are a mistake of the application, which another target would hide.
      if (!LlmError.is(error, 'config') || error.details.code === 'alias-cycle') throw error;
      return { target, why: error.message };
    }
  });
  const all = (await Promise.all(looked)).filter((each) => each !== undefined);
  return {
    found: all.filter((each) => 'writtenAs' in each),
    missing: all.filter((each) => 'why' in each),
  };
}

function weightsOf({ by }: Choice, { request }: Pick<Turn, 'request'>): Weights {
  const chosen = by ?? strategyOf(request);
  return typeof chosen === 'string' ? STRATEGIES[chosen] : chosen;
}

/** Returns the chain of the best targets, followed by the fallback. Omits a best target that the fallback contains. */
function chainOf(
  { most = DEFAULT_MAX_TARGETS, fallback }: Choice,
  candidates: readonly Candidate[],
): Pick<RankedChoice, 'chain' | 'reason'> | undefined {
  const last = fallback === undefined ? [] : elementsOf(fallback);
  const best = candidates.map(({ target }) => target).filter((target) => !last.includes(target));
  const chain = [...best.slice(0, most), ...last].join(',');
  if (chain === '') return undefined;
  return { chain, reason: best.length > 0 ? 'ranked' : 'fallback' };
}

function noTargetLeft(name: string, rejected: Plan['rejected']): LlmError {
  const reasons = rejected.map(({ target, why }) => `${target}: ${why}`).join('; ');
  const message = `preset "${name}" has no suitable target and no fallback (${reasons}); add a fallback`;
  return new LlmError('config', message, { code: 'nothing-left', path: `presets.${name}` });
}

/** Returns warnings about targets for which a price or quality is assumed. */
function assumptions(
  ratedTargets: readonly { readonly subject: RankedTarget; readonly rating: TargetRating }[],
  { cost, quality }: Weights,
): readonly string[] {
  const unpriced = ratedTargets.filter(
    ({ subject }) => subject.nanoUsd === undefined && subject.billing !== 'included',
  );
  const unrated = ratedTargets.filter(({ rating }) => rating.quality === undefined);
  const list = (each: typeof ratedTargets): string => each.map(({ subject }) => subject.writtenAs).join(', ');
  return [
    ...(cost > 0 && unpriced.length > 0
      ? [`the price of ${list(unpriced)} is unknown; a medium cost is assumed`]
      : []),
    ...(quality > 0 && unrated.length > 0
      ? [`no quality is set for ${list(unrated)}; a medium quality is assumed`]
      : []),
  ];
}
