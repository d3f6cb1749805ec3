import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { asRecord, asText, isList } from '@majordomo/core/toolkit';
import type { OllamaQuirks } from './quirks.ts';

/** Facts about the models whose id matches. The first match is used. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<OllamaQuirks>;
}

/** Audio formats (ollama/ollama#15427, 2026-04). The name of a model does not state whether it accepts audio. */
export const WAV: readonly string[] = ['audio/wav', 'audio/x-wav', 'audio/wave'];
/** No server of this wire reads documents. */
const GENERAL: Capabilities = { files: false, audio: WAV, output: 'native' };

/**
 * Servers offer custom models, so few facts are derived from names; `/api/show` has more. Levels of `think`:
 * docs.ollama.com/capabilities/thinking, 2026-11. Models without images are listed only if they reject images.
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

/** Returns the first matching rule. Ids may contain tags and the suffix `:cloud`. */
export function modelFacts(modelId: string): Omit<ModelRule, 'pattern'> {
  return MODELS.find(({ pattern }) => pattern.test(modelId)) ?? { capabilities: GENERAL, quirks: {} };
}

/** Reads `{ models: [{ model, name }] }` of /api/tags. Older servers send `name` only. */
export function listModels(body: unknown, provider: string): readonly ModelInfo[] {
  const { models } = asRecord(body);
  if (!isList(models)) throw new LlmError('protocol', 'expected `models` to be an array', { path: 'models' });
  return models.map(asRecord).flatMap(({ model, name }) => {
    const id = asText(model ?? name);
    return id === undefined ? [] : [{ id, provider, capabilities: modelFacts(id).capabilities }];
  });
}
