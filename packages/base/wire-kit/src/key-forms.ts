/** Beginnings of the keys that vendors issue (2026-11), and the variables that contain these keys. */
const KEY_FORMS: readonly (readonly [prefix: string, ...variables: string[]])[] = [
  ['sk-ant-', 'ANTHROPIC_API_KEY'],
  ['sk-or-', 'OPENROUTER_API_KEY'],
  ['sk-proj-', 'OPENAI_API_KEY'],
  ['AIza', 'GOOGLE_API_KEY', 'GEMINI_API_KEY'],
  ['gsk_', 'GROQ_API_KEY'],
  ['xai-', 'XAI_API_KEY'],
  ['csk-', 'CEREBRAS_API_KEY'],
  ['pplx-', 'PERPLEXITY_API_KEY'],
  ['nvapi-', 'NVIDIA_API_KEY'],
  ['hf_', 'HF_TOKEN'],
];

/**
 * Returns the remedy for a rejected key.
 *
 * @param place variable or option that contains the key
 * @param keyEnv variables of the provider; empty for a server that may accept the keys of any vendor
 */
export function keyRemedy(key: string, place: string, keyEnv: readonly string[]): string {
  const [, ...variables] = KEY_FORMS.find(([prefix]) => key.startsWith(prefix)) ?? [''];
  const [variable] = variables;
  const isForeign =
    variable !== undefined && keyEnv.length > 0 && !variables.some((name) => keyEnv.includes(name));
  return isForeign ? `check ${place}, whose value has the form of ${variable}` : `check ${place}`;
}
