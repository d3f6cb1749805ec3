import {
  createMajordomo,
  lanes,
  LlmError,
  user,
  type Gate,
  type Majordomo,
  type Provider,
} from '@majordomo/core';

/** Creates a gate that limits tokens. The gate reserves an estimate before each attempt and books the actual usage afterwards. */
export function budget(limit: number): Gate & { readonly spent: () => number } {
  let reserved = 0;
  let spent = 0;
  return {
    name: 'budget',
    spent: () => spent,
    admit({ request }) {
      const estimate = request.maxTokens ?? 1000;
      if (spent + reserved + estimate > limit) return { deny: `the budget of ${limit} tokens is exhausted` };
      reserved += estimate;
      return {
        settle({ usage }) {
          reserved -= estimate;
          spent += (usage?.input ?? 0) + (usage?.output ?? 0);
        },
      };
    },
  };
}

/** Creates a majordomo with at most `parallel` concurrent attempts at OpenAI. If all targets are benched, calls wait. */
export const batcher = (providers: readonly Provider[], limit: Gate, parallel: number): Majordomo =>
  createMajordomo({
    providers,
    gates: [limit, lanes({ 'openai/': parallel })],
    chain: { attempts: 4, whenAllBenched: 'wait', timeouts: { totalMs: 600_000 } },
  });

/** Returns an answer or an error for each question, in order. */
export const ask = (majordomo: Majordomo, questions: readonly string[]): Promise<(string | LlmError)[]> =>
  Promise.all(
    questions.map(async (question) => {
      try {
        const request = { messages: [user(question)], maxTokens: 100 };
        return (await majordomo.model('openai/gpt-4o').generate(request)).text;
      } catch (error) {
        if (LlmError.is(error)) return error;
        throw error;
      }
    }),
  );
