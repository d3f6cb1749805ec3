import { createMajordomo, type Majordomo, type Provider } from '@majordomo/core';

/** Store of each tier's models, such as a table or a settings service. */
export interface TierStore {
  read(tier: string, tenant: string | undefined, signal: AbortSignal): Promise<string | undefined>;
}

/**
 * Resolves names such as `thinking` for each call and tenant. The alias `fast` is not passed to the resolver. A resolver may do
 * I/O, and receives the call's signal.
 */
export const withTiers = (providers: readonly Provider[], store: TierStore): Majordomo =>
  createMajordomo({
    providers,
    aliases: { fast: 'openai/gpt-small' },
    resolvers: [(name, { call, signal }) => store.read(name, call?.tenant, signal)],
  });
