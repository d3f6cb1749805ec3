import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { asRecord, asText, isList } from '@majordomo/core/toolkit';
import type { OllamaQuirks } from './quirks.ts';

/** Capabilities and quirks of the models whose ids match `pattern`. If several rules match, the first rule applies. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<OllamaQuirks>;
}

/** Audio formats that the server accepts (ollama/ollama#15427, 2026-04). */
export const WAV: readonly string[] = ['audio/wav', 'audio/x-wav', 'audio/wave'];
/**
 * Default capabilities. Audio is declared for every model, because most names do not show whether the model accepts audio. No
 * server of this API accepts documents.
 */
const GENERAL: Capabilities = { files: false, audio: WAV, output: 'native' };

/**
 * Rules by model name. Only a few models are listed, because servers can have custom models. Source for the levels of `think`:
 * docs.ollama.com/capabilities/thinking, 2026-11. A model without image input is listed only if it rejects images.
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

/** Returns the first matching rule. A model id may contain a tag and the suffix `:cloud`. */
export function modelFacts(modelId: string): Omit<ModelRule, 'pattern'> {
  return MODELS.find(({ pattern }) => pattern.test(modelId)) ?? { capabilities: GENERAL, quirks: {} };
}

/** Returns the models in `{ models: [{ model, name }] }`, the response of /api/tags. Older servers send only `name`. */
export function listModels(body: unknown, provider: string): readonly ModelInfo[] {
  const { models } = asRecord(body);
  if (!isList(models))
    throw new LlmError('protocol', `${provider}: expected \`models\` to be an array`, { path: 'models' });
  return models.map(asRecord).flatMap(({ model, name }) => {
    const id = asText(model ?? name);
    return id === undefined ? [] : [{ id, provider, capabilities: modelFacts(id).capabilities }];
  });
}
