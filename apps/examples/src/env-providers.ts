import { createMajordomo, type Majordomo } from '@majordomo/core';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI } from '@majordomo/provider-openai';

/**
 * Creates providers from environment variables: `LLM_BOX=foreman://TOKEN@box.lan` adds targets such as
 * `box/qwen3`, and `LLM_LAB=openai+http://127.0.0.1:8000/v1` adds `lab/…`. The scheme of the value selects the provider package.
 */
export function fromEnvironment(env: object): Majordomo {
  const majordomo = createMajordomo({ providers: [createOpenAI(), createOllama()], env });
  for (const error of majordomo.loadEnv(env)) console.error(error.message);
  return majordomo;
}
