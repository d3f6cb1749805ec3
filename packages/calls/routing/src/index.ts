export { createRouter } from './create-router.ts';
export { split } from './presets/split.ts';
export { isSimpleTurn } from './simple-turn.ts';
export { STRATEGIES } from './strategies.ts';
export type {
  Candidate,
  Choice,
  Needs,
  Plan,
  Preset,
  Router,
  RouterOptions,
  Split,
  SplitOptions,
  StrategyName,
  Turn,
  Weights,
} from './contract.ts';
export type { Catalog } from '@majordomo/catalog';
export type { Ledger } from '@majordomo/ledger';
