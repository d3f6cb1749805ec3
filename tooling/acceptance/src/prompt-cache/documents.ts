import { createMajordomo, user, type ChatRequest } from '@majordomo/core';
import { anthropicMessages, promptCacheScript, startWireServer, type Answer } from '@majordomo/conformance';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { HEAD, RATES, SYSTEM } from './vendors.ts';

const ANSWER: Answer = { parts: [{ type: 'text', text: 'Yes.' }] };
const CHARS = 20_000;

/** Returns the total cost of asking one question about each of several documents of 5,000 tokens, in pico-USD. */
export async function documents(
  cache: ChatRequest['cache'],
  { count, isOne = false }: { readonly count: number; readonly isOne?: boolean },
): Promise<number> {
  const cached = promptCacheScript({ vendor: 'anthropic', rates: RATES, now: () => 0, answer: () => ANSWER });
  await using server = await startWireServer({ wire: anthropicMessages, script: cached.script });
  const majordomo = createMajordomo({
    providers: [createAnthropic({ apiKey: 'any', baseURL: server.baseURL })],
  });
  for (let n = 0; n < count; n++) {
    const text = `document ${isOne ? 0 : n} `.repeat(CHARS / 11);
    const messages = [user(text), user(`Question ${n}?`)];
    await majordomo.model(HEAD).generate({ system: SYSTEM, messages, cache, maxTokens: 100 });
  }
  return Number(cached.bill.picoUsd);
}
