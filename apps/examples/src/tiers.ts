import { createMajordomo, type Majordomo, type Provider } from '@majordomo/core';

/** Where an app keeps what its tiers mean: a table, a settings service. */
export interface TierStore {
  read(tier: string, tenant: string | undefined, signal: AbortSignal): Promise<string | undefined>;
}

/**
 * Code asks for `fast` or `thinking`; what that is, is decided per call and per tenant. Resolvers come after the
 * aliases, may do I/O, and end with the call's signal.
 */
export const withTiers = (providers: readonly Provider[], store: TierStore): Majordomo =>
  createMajordomo({
    providers,
    aliases: { fast: 'openai/gpt-small' },
    resolvers: [(name, { call, signal }) => store.read(name, call?.tenant, signal)],
  });
