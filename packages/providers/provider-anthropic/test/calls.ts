import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';

/** Runs one call and returns its result or its error. */
export const callModel = (
  provider: Provider,
  fields: Partial<ModelRequest> = {},
  context: Partial<ModelContext> = {},
  modelId = 'claude-x',
): Promise<Collected> => collect(provider.model(modelId), requestOf(fields), contextOf(context));
