export { claudeModel, type ClaudeModel } from './models.ts';
export { CLAUDE_QUIRK_VALUES, CLAUDE_QUIRKS, type ClaudeEffort, type ClaudeQuirks } from './quirks.ts';

export { paragraphsOf, withUniformCitations } from './citations.ts';
export { toOutput, type Output } from './output.ts';
export {
  cachePoints,
  endOf,
  type BlockPosition,
  type CachedRequest,
  type CachePoint,
} from './cache-points.ts';
export { toSampling, type Sampling } from './sampling.ts';
export {
  isThinkingOn,
  toThinking,
  type Thinking,
  type ThinkingConfig,
  type ThinkingSituation,
} from './thinking.ts';
export { allowedToolChoice, isForced } from './tool-choice.ts';
export { isRecursive } from './unsupported-schema.ts';
export { toTools, type ClaudeTool } from './tools.ts';
export { lacksThinking, type BlockKinds } from './turns.ts';

export { claudeRecoveries, type AdaptiveExtra } from './recovery.ts';
export { recoveryFor, type RecoveryRule } from '@majordomo/wire-kit/internal';
