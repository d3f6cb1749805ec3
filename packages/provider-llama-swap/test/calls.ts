import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';

/** Runs one call to its end; what it throws is a result too. */
export const ask = (
  provider: Provider,
  fields: Partial<ModelRequest> = {},
  context: Partial<ModelContext> = {},
): Promise<Collected> =>
  collect(provider.model('m'), requestOf(fields), contextOf({ target: 'llama-swap/m', ...context }));
