import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { asRecord, asText, isList } from '@majordomo/core/toolkit';
import type { OllamaQuirks } from './quirks.ts';

/** What is known of the models whose id matches; the first match wins. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<OllamaQuirks>;
}

/** Of models that hear (ollama/ollama#15427, 2026-04); which do is not known by name. */
export const WAV: readonly string[] = ['audio/wav', 'audio/x-wav', 'audio/wave'];
/** No server of this wire reads documents. */
const GENERAL: Capabilities = { files: false, audio: WAV, output: 'native' };

/**
 * Servers hold whatever their owner has built, so little is claimed by name; `/api/show` knows more. Levels of
 * `think`: docs.ollama.com/capabilities/thinking, 2026-11. Text-only lines are named only where an image is sure to
 * be refused.
 */
const MODELS: readonly ModelRule[] = [
  {
    pattern: /gpt-oss/,
    capabilities: { ...GENERAL, tools: true, images: false, audio: false, reasoning: true },
    quirks: { think: 'levels' },
  },
  {
    pattern: /qwen3\.8|deepseek-v4/,
    capabilities: { ...GENERAL, reasoning: true },
    quirks: { think: 'levels' },
  },
];

/** The first rule that fits a model id, tags and the `:cloud` suffix included. */
export function factsOf(modelId: string): Omit<ModelRule, 'pattern'> {
  return MODELS.find(({ pattern }) => pattern.test(modelId)) ?? { capabilities: GENERAL, quirks: {} };
}

/** `{ models: [{ model, name }] }` of /api/tags; older servers name them by `name` alone. */
export function listedModels(body: unknown, provider: string): readonly ModelInfo[] {
  const { models } = asRecord(body);
  if (!isList(models)) throw new LlmError('protocol', 'the list of models has none', { path: 'models' });
  return models.map(asRecord).flatMap(({ model, name }) => {
    const id = asText(model ?? name);
    return id === undefined ? [] : [{ id, provider, capabilities: factsOf(id).capabilities }];
  });
}
