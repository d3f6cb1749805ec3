// #region models
import { createMajordomo, type Majordomo, type MajordomoOptions } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI, groq, openaiCompatible } from '@majordomo/provider-openai';

/** Creates the names that the application uses. No other file contains the name of a vendor or a model. */
export function createModels(env: object, options: Partial<MajordomoOptions> = {}): Majordomo {
  return createMajordomo({
    providers: [createOpenAI(), createAnthropic(), openaiCompatible(groq)],
    aliases: {
      quick: 'groq/llama-3.1-8b-instant,openai/gpt-5-mini',
      thorough: 'anthropic/claude-sonnet-4-5,openai/gpt-5',
      default: 'thorough,quick',
    },
    env,
    ...options,
  });
}
// #endregion
