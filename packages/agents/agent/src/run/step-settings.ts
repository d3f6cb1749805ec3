import type { ChatModel, ChatRequest } from '@majordomo/core';
import {
  atLeast,
  checkCache,
  checkOptions,
  rejectUnknownOptions,
  type KindsOf,
} from '@majordomo/core/toolkit';

/** Settings of one step. */
export interface StepSettings extends Omit<
  ChatRequest,
  'messages' | 'system' | 'tools' | 'output' | 'logprobs'
> {
  /** Model of the step. @default the agent's model */
  readonly model?: ChatModel | undefined;
  /** System text. @default in `prepareStep`, the agent's system text; in `createAgent`, none */
  readonly instructions?: string | undefined;
  /**
   * Names of the tools that this step offers. A call of another tool returns an error result, as does a call that `toolChoice`
   * excludes: with `'none'` any call, and with `{ name }` a call of another tool. The request lists tools in the
   * order in which they were first offered, so that caches match. Removing a tool changes the cached prefix. @default all
   */
  readonly tools?: readonly string[] | undefined;
}

/** Kinds of the settings for `checkOptions`. `true` accepts any value. */
export const STEP_KINDS: KindsOf<StepSettings> = {
  model: 'object with stream',
  instructions: 'string',
  tools: 'array',
  toolChoice: true,
  maxTokens: atLeast(1),
  temperature: atLeast(0),
  topP: atLeast(0),
  topK: atLeast(0),
  frequencyPenalty: 'number',
  presencePenalty: 'number',
  stop: 'array',
  seed: 'number',
  reasoning: 'string',
  reasoningSummary: 'string',
  verbosity: 'string',
  endUser: 'string',
  serviceTier: 'string',
  // `checkCache` checks this option.
  cache: true,
  extra: 'object',
};

/** Names that other libraries use for a setting, with the name here, for the error message. */
export const OTHER_STEP_NAMES: Readonly<Record<string, keyof StepSettings>> = {
  system: 'instructions',
  systemPrompt: 'instructions',
  prompt: 'instructions',
  maxOutputTokens: 'maxTokens',
  stopSequences: 'stop',
};

/** Kinds of the members that `prepareStep` may return. */
const RETURNED_KINDS = {
  ...STEP_KINDS,
  messages: 'refused: return the messages from `compact`',
  output: 'refused: call a model with `output` after the run',
} as const;

/** Throws `config` for a result of `prepareStep` that contains an invalid or unknown setting. */
export function checkStepSettings(settings: StepSettings): void {
  checkOptions('prepareStep', settings, RETURNED_KINDS, [], OTHER_STEP_NAMES);
  rejectUnknownOptions(settings, RETURNED_KINDS, 'prepareStep: ');
  checkCache(settings.cache, 'config');
}
