import { createAgent, type Agent, type Tool } from '@majordomo/agent';
import { refreshed, type CatalogSource, type RefreshedCatalog } from '@majordomo/catalog/refresh';
import { createMajordomo, type Clock, type Provider } from '@majordomo/core';
import { createLedger, type Ledger } from '@majordomo/ledger';
import { createPromptCache } from '@majordomo/cache/prompt';

interface CachedAgentOptions {
  readonly providers: readonly Provider[];
  /** Source of prices, such as the URL of a `catalog.json`. */
  readonly prices: CatalogSource;
  readonly tools: readonly Tool[];
  /** Maximum cost per tenant and day, in USD, as a decimal string. */
  readonly maxUsd: string;
  readonly clock?: Clock | undefined;
}

interface CachedAgent {
  readonly agent: Agent;
  readonly ledger: Ledger;
  readonly catalog: RefreshedCatalog;
}

/** Creates an agent that prefers the target with its cached prompt, with current prices and a daily limit for each tenant. */
export async function cachedAgent(options: CachedAgentOptions): Promise<CachedAgent> {
  const { providers, prices, tools, maxUsd, clock } = options;
  const catalog = await refreshed({ from: prices, clock });
  const prompts = createPromptCache({ catalog, clock });
  const limit = { name: 'day', max: { usd: maxUsd }, per: 'day', each: ['tenant'] } as const;
  const ledger = createLedger({ catalog, limits: [limit], clock });
  const majordomo = createMajordomo({
    providers,
    gates: [ledger.gate],
    chain: { order: prompts.order },
    onEvent: prompts.onEvent,
    clock,
  });
  const agent = createAgent({
    model: majordomo.model('anthropic/claude-opus-5-5,openai/gpt-6-sol'),
    instructions: 'You are a careful engineer.',
    tools,
    cache: 'auto',
  });
  return { agent, ledger, catalog };
}
