/** What the native chat validator refuses, by name. */
export const OLLAMA_RULES: Readonly<Record<string, string>> = {
  'unknown-key': 'a key that the API does not know: the server ignores it',
  'missing-key': 'a required key is not there',
  'wrong-type': 'a value of another JSON type',
  'out-of-range': 'a number or a list beyond its bounds',
  'unknown-value': 'a string that is not one of the allowed ones',
  'lone-surrogate': 'a string with half of a surrogate pair',
  'keep-alive': 'a duration that cannot be read',
  'image-source': 'an image that is not plain base64',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for a call or a tool that was not called',
  'parameters-schema': 'tool parameters that are not an object schema',
};
