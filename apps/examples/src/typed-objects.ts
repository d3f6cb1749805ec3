import { user, type ChatModel } from '@majordomo/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import * as z from 'zod';

const Recipe = z.object({
  title: z.string(),
  steps: z.array(z.object({ text: z.string(), minutes: z.number().optional() })),
});

/** Returns a validated, typed value. The model can correct an invalid answer once. */
export async function recipe(model: ChatModel, dish: string): Promise<z.infer<typeof Recipe>> {
  const { value } = await model.generateObject({ messages: [user(dish)], output: Recipe });
  return value;
}

/** Yields the title of each snapshot of a streamed value. Every snapshot is valid JSON. Properties may be missing. */
export async function* titles(model: ChatModel, dish: string): AsyncGenerator<string> {
  const stream = model.streamObject({ messages: [user(dish)], output: Recipe });
  for await (const { title } of stream) if (title !== undefined) yield title;
  yield (await stream.response()).value.title;
}

/** Uses Valibot's Standard Schema wrapper. Every validator that supports Standard Schema and JSON Schema can be used. */
export async function capital(model: ChatModel, country: string): Promise<string> {
  const output = toStandardJsonSchema(v.object({ capital: v.string() }));
  return (await model.generateObject({ messages: [user(country)], output })).value.capital;
}
