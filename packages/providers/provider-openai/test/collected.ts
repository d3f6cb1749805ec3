import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect as collectOf, type Collected } from '@majordomo/testing';

/** Returns the events and results of a call. Throws a failure that is not an LlmError. */
export const collect = (
  provider: Provider,
  request: ModelRequest = requestOf(),
  context: ModelContext = contextOf(),
): Promise<Collected> => collectOf(provider.model('m'), request, context);
