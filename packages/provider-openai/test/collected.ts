import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect as collectOf, type Collected } from '@majordomo/testing';

/** Returns the results of a call. Throws a failure that is not an LlmError. */
export const collect = (
  provider: Provider,
  asked: ModelRequest = requestOf(),
  given: ModelContext = contextOf(),
): Promise<Collected> => collectOf(provider.model('m'), asked, given);
