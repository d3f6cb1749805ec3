import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';

/** Runs one call and returns its result or its error. */
export const callModel = (
  provider: Provider,
  fields: Partial<ModelRequest> = {},
  context: Partial<ModelContext> = {},
): Promise<Collected> =>
  collect(provider.model('@cf/m'), requestOf(fields), contextOf({ target: 'cloudflare/@cf/m', ...context }));
