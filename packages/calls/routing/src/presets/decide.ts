import { LlmError, type NamedSpec } from '@majordomo/core';
import { mapValue } from '@majordomo/core/toolkit';
import type { Plan, Preset, RouterOptions, Turn } from '../contract.ts';
import { elementsOf } from '../elements.ts';
import { choose, type RankingContext, type ResolverContext } from '../ranking/choose.ts';
import { isSimpleTurn } from '../simple-turn.ts';
import { configError } from './check-preset.ts';
import { isSplit } from './split.ts';

/** Resolution of a name in a call, with the reason. */
export interface Decision extends Pick<Plan, 'reason' | 'candidates' | 'rejected' | 'warnings'> {
  readonly meaning: string | NamedSpec;
}

/** Options that a decision depends on, in addition to the preset. */
export interface DecisionRules extends Pick<RouterOptions, 'simpleTurns'> {
  readonly presets: ReadonlyMap<string, Preset>;
  readonly overrideKey: string;
  readonly judge: RankingContext;
}

const UNRANKED = { candidates: [], rejected: [], warnings: [] } as const;

/**
 * Resolves a name to the caller's override, otherwise to the preset. In a simple turn, the target for simple turns precedes the
 * preset. Returns `undefined` if the preset's function returns no spec. Returns a promise only for choices and functions.
 */
export function decide(
  name: string,
  preset: Preset,
  context: ResolverContext,
  rules: DecisionRules,
): Decision | undefined | Promise<Decision | undefined> {
  // An override applies to the name that the caller wrote, not to names within presets.
  const isOutermost = !context.path.some((outer) => rules.presets.has(outer));
  const override = isOutermost ? overrideOf(context.call?.metadata, rules.overrideKey) : undefined;
  const isResolved = (other: string): boolean => other === name || context.path.includes(other);
  // Do not apply an override again while it is being resolved.
  if (override !== undefined && !isResolved(override))
    return { ...UNRANKED, meaning: override, reason: 'override' };
  const meaning = decisionOf(name, preset, context, rules.judge);
  const { simpleTurns } = rules;
  const isPresetOfCaller = isOutermost && override === undefined;
  if (!isPresetOfCaller || simpleTurns === undefined) return meaning;
  if (elementsOf(simpleTurns.use).some(isResolved)) return meaning;
  return mapValue(meaning, (decision) =>
    decision !== undefined && isSimple(context, simpleTurns)
      ? prependTarget(simpleTurns.use, decision)
      : decision,
  );
}

function overrideOf(
  metadata: Readonly<Record<string, unknown>> | undefined,
  key: string,
): string | undefined {
  const override = metadata !== undefined && Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (override === undefined || override === null) return undefined;
  if (typeof override === 'string' && override.trim() !== '') return override.trim();
  throw configError(
    `metadata.${key}`,
    'must be a spec such as provider/model, because it overrides a preset',
  );
}

function decisionOf(
  name: string,
  preset: Preset,
  context: ResolverContext,
  judge: RankingContext,
): Decision | Promise<Decision | undefined> {
  if (typeof preset === 'function') return applyRule(name, preset, context);
  if (typeof preset === 'string' || !('choose' in preset))
    return { ...UNRANKED, meaning: preset, reason: 'preset' };
  return choose(name, preset, context, judge).then(({ chain, ...chosen }) => ({ ...chosen, meaning: chain }));
}

async function applyRule(
  name: string,
  rule: Extract<Preset, (...turn: never[]) => unknown>,
  { request, call, signal }: ResolverContext,
): Promise<Decision | undefined> {
  const answer: unknown = await rule({ request, call, signal });
  // Accept null too, because functions of applications may return it instead of undefined.
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer !== 'string') throw notASpec(name, answer);
  const meaning = isSplit(rule) ? { spec: answer, arm: answer } : answer;
  return { ...UNRANKED, meaning, reason: 'rule' };
}

function isSimple(turn: Turn, { is = isSimpleTurn }: NonNullable<RouterOptions['simpleTurns']>): boolean {
  const answer: unknown = is(turn);
  if (typeof answer === 'boolean') return answer;
  throw configError('simpleTurns.is', `must synchronously return type boolean, not ${typeof answer}`);
}

/** Returns a decision with a target added before the chain. */
function prependTarget(first: string, decision: Decision): Decision {
  const { meaning } = decision;
  const chained =
    typeof meaning === 'string' ? `${first},${meaning}` : { ...meaning, spec: `${first},${meaning.spec}` };
  return { ...decision, meaning: chained, reason: 'simple-turn' };
}

function notASpec(name: string, answer: unknown): LlmError {
  const message = `the function of preset "${name}" must return a spec string or undefined; it returned a value of type ${typeof answer}`;
  return new LlmError('config', message, { code: 'bad-spec', path: `presets.${name}` });
}
