/** What the validator of Workers AI refuses, by name. */
export const RUN_RULES: Readonly<Record<string, string>> = {
  'unknown-key': 'a key that the input does not know',
  'missing-key': 'a required key is not there',
  'wrong-type': 'a value of another JSON type: content may not be null',
  'out-of-range': 'a number or a list beyond its bounds',
  'unknown-value': 'a string that is not one of the allowed ones',
  'lone-surrogate': 'a string with half of a surrogate pair',
  'image-source': 'an image that is not a base64 data URL',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for a call that was not made',
  'parameters-schema': 'tool parameters that are not an object schema',
  'schema-stream': 'a schema together with a stream',
};
