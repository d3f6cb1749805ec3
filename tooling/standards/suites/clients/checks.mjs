// Helpers of the programs in this folder. A program ends with the status 1 if a check fails, and prints the reason.

/** Address of the gateway. */
export const GATEWAY = process.env.GATEWAY_URL;
export const KEY = process.env.GATEWAY_KEY;
/** Name of a model at the gateway. */
export const MODEL = 'smart';
/** Answers of the model: without tools, and after the result of a tool. */
export const HELLO = 'Hello.';
export const ANSWER = 'It is 5 degrees in Oslo.';

export const WEATHER = {
  name: 'weather',
  description: 'Weather of a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};
/** Runs the tool. */
export const weather = ({ city }) => `5 degrees in ${city}`;

/** Runs a check, and compares its result. */
export async function check(name, run, expected) {
  const result = await run().catch((error) => `${error.name}: ${error.message}`);
  if (result === expected) return;
  console.log(`${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(result)}`);
  process.exitCode = 1;
}

/** Returns the joined texts of a stream. */
export async function joined(stream, textOf) {
  let text = '';
  for await (const chunk of stream) text += textOf(chunk) ?? '';
  return text;
}
