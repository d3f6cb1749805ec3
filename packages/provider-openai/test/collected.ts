import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { contextOf, requestOf } from '@majordomo/test-support';
import { collect as collectOf, type Collected } from '@majordomo/testing';

/** Everything that a call gives; a failure that is no LlmError is thrown on. */
export const collect = (
  provider: Provider,
  asked: ModelRequest = requestOf(),
  given: ModelContext = contextOf(),
): Promise<Collected> => collectOf(provider.model('m'), asked, given);
