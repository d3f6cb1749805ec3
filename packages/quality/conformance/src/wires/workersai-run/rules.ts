/** Rules of the Workers AI validator. */
export const RUN_RULES: Readonly<Record<string, string>> = {
  'unknown-key': 'a key that the input does not define',
  'missing-key': 'a missing required key',
  'wrong-type': 'a value of the wrong JSON type, such as null as content',
  'out-of-range': 'a number or a list outside its bounds',
  'unknown-value': 'a string that is not an allowed value',
  'lone-surrogate': 'a string with an unpaired surrogate',
  'image-source': 'an image that is not a base64 data URL',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for a call that was not made',
  'parameters-schema': 'tool parameters that are not an object schema',
  'schema-stream': 'a schema together with a stream',
};
