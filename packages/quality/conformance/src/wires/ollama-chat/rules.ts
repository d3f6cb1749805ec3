/** Rules of the native chat validator. */
export const OLLAMA_RULES: Readonly<Record<string, string>> = {
  'unknown-key': 'a key that the API does not define and therefore ignores',
  'missing-key': 'a missing required key',
  'wrong-type': 'a value of the wrong JSON type',
  'out-of-range': 'a number or a list outside its bounds',
  'unknown-value': 'a string that is not an allowed value',
  'lone-surrogate': 'a string with an unpaired surrogate',
  'keep-alive': 'an invalid duration',
  'image-source': 'an image that is not plain base64',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for a call or a tool that was not called',
  'parameters-schema': 'tool parameters that are not an object schema',
};
