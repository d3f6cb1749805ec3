import { catalog } from '@majordomo/catalog';
import { systemClock, type Resolver } from '@majordomo/core';
import {
  checkOptions,
  func,
  type KindsOf,
  mapValue,
  number,
  object,
  record,
  rejectUnknownOptions,
  sizedText,
} from '@majordomo/core/toolkit';
import type { Preset, Router, RouterOptions } from './contract.ts';
import { recordDecision } from './plan/plan-request.ts';
import { planOf } from './plan/plan-of.ts';
import { checkCircles } from './presets/circles.ts';
import { checkPreset, spec } from './presets/check-preset.ts';
import { decide, type Decision, type DecisionRules } from './presets/decide.ts';
import { LimitReader } from './observed/limit-reader.ts';
import { SpeedMemory } from './observed/speed-memory.ts';

/**
 * Creates a router that resolves names to chains. Throws `config` for invalid presets, such as one that refers to itself.
 *
 * @example
 * const router = createRouter({
 *   presets: { cheap: { choose: ['openai/gpt-5.4-mini', 'anthropic/claude-haiku-4-5'], by: 'cost-effective' }
 * },
 * });
 * const majordomo = createMajordomo({ providers, resolvers: [router.resolver], onEvent: router.onEvent });
 */
export function createRouter(options: RouterOptions): Router {
  check(options);
  const clock = options.clock ?? systemClock;
  const presets = new Map<string, Preset>(Object.entries(options.presets));
  checkCircles(presets);
  const speeds = new SpeedMemory(() => clock.now());
  const judge = {
    catalog: options.catalog ?? catalog,
    quality: new Map(Object.entries(options.quality ?? {})),
    speeds,
    budgets: new LimitReader(options.ledger, clock),
    clock,
  };
  const { simpleTurns, overrideKey = 'model' } = options;
  const rules: DecisionRules = { presets, simpleTurns, overrideKey, judge };
  const resolver: Resolver = (name, context) => {
    const preset = presets.get(name);
    const recorded = (decision: Decision | undefined): Decision['meaning'] | undefined => {
      recordDecision(name, context, decision);
      return decision?.meaning;
    };
    return mapValue(preset === undefined ? undefined : decide(name, preset, context, rules), recorded);
  };
  return {
    resolver,
    onEvent: (event) => {
      speeds.onEvent(event);
    },
    plan: (name, majordomo, turn = {}) => planOf(name, majordomo, turn, { ...judge, resolver, presets }),
    set(name, preset) {
      if (preset === undefined) {
        presets.delete(name);
        return;
      }
      checkPreset(name, preset);
      checkCircles(new Map([...presets, [name, preset]]));
      presets.set(name, preset);
    },
    names: () => [...presets.keys()],
  };
}

const KINDS: KindsOf<RouterOptions> = {
  presets: 'object',
  catalog: 'object with find',
  ledger: 'object with state',
  quality: record(number(0, 1)),
  simpleTurns: object({ use: spec }, { is: func }),
  overrideKey: sizedText(1, 200),
  clock: 'object with now',
};

/** Throws `config` with the path of the first invalid option. */
function check(options: RouterOptions): void {
  checkOptions('createRouter', options, KINDS, ['presets']);
  rejectUnknownOptions(options, KINDS, 'createRouter: ');
  for (const [name, preset] of Object.entries(options.presets)) checkPreset(name, preset);
}
