import { user, type ChatModel } from '@majordomo/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import * as z from 'zod';

const Recipe = z.object({
  title: z.string(),
  steps: z.array(z.object({ text: z.string(), minutes: z.number().optional() })),
});

/** The value is checked and typed; an answer that does not fit goes back once to be corrected. */
export async function recipe(model: ChatModel, dish: string): Promise<z.infer<typeof Recipe>> {
  const { value } = await model.generateObject({ messages: [user(dish)], output: Recipe });
  return value;
}

/** The value as it grows: every snapshot is whole JSON, with what is missing left out. */
export async function* titles(model: ChatModel, dish: string): AsyncGenerator<string> {
  const stream = model.streamObject({ messages: [user(dish)], output: Recipe });
  for await (const { title } of stream) if (title !== undefined) yield title;
  yield (await stream.response()).value.title;
}

/** Valibot says what it accepts through a wrapper; any validator with Standard Schema and JSON Schema will do. */
export async function capital(model: ChatModel, country: string): Promise<string> {
  const output = toStandardJsonSchema(v.object({ capital: v.string() }));
  return (await model.generateObject({ messages: [user(country)], output })).value.capital;
}
