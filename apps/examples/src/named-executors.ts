import { createMajordomo, user, type Majordomo, type MajordomoOptions } from '@majordomo/core';
import { createRouter, type Router } from '@majordomo/routing';

// #region named-executors
/** Creates the executors of a daemon. The names describe strategy and tier. The environment specifies the models. */
export function executors(
  env: Readonly<Record<string, string | undefined>>,
  options: MajordomoOptions,
): { readonly majordomo: Majordomo; readonly router: Router } {
  const from = (provider: string, variable: string) => () =>
    env[variable] === undefined ? undefined : `${provider}/${env[variable]}`;
  const router = createRouter({
    presets: {
      claude_opus: from('anthropic', 'CLAUDE_MODEL'),
      cerebras_reasoning: from('cerebras', 'CEREBRAS_REASONING_MODEL'),
      cerebras_mid: from('cerebras', 'CEREBRAS_MID_MODEL'),
      workers_ai: 'cloudflare/@cf/meta/llama-3.3-70b-instruct-fp8-fast',
      // This executor is not a model. The dispatcher receives the error `unknown-name` and runs this executor differently.
      claude_code: () => undefined,
    },
  });
  const majordomo = createMajordomo({ ...options, resolvers: [router.resolver], onEvent: router.onEvent });
  return { majordomo, router };
}

/** Sends a task to an executor. If the executor's model fails, `workers_ai` answers. */
export async function dispatch(majordomo: Majordomo, executor: string, task: string): Promise<string> {
  const { text, target, attempts } = await majordomo
    .model(`${executor},workers_ai`)
    .generate({ messages: [user(task)] });
  // For telemetry: the executor and the model that answered, which may differ from the requested executor and model.
  console.log(`${executor}: ran ${attempts.at(-1)?.name} as ${target}`);
  return text;
}
// #endregion
