import { LlmError, type ModelInfo } from '@majordomo/core';
import { asRecord, asText, isList } from '@majordomo/core/toolkit';
import { factsOf } from './models.ts';

/** `{ models: [{ model, name }] }` of /api/tags; older servers name them by `name` alone. */
export function listedModels(body: unknown, provider: string): readonly ModelInfo[] {
  const { models } = asRecord(body);
  if (!isList(models)) throw new LlmError('protocol', 'the list of models has none', { path: 'models' });
  return models.map(asRecord).flatMap(({ model, name }) => {
    const id = asText(model ?? name);
    return id === undefined ? [] : [{ id, provider, capabilities: factsOf(id).capabilities }];
  });
}
