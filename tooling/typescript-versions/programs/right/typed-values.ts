import { createMajordomo, user, type JsonValue } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import * as z from 'zod';

const providers = [fakeProvider({ id: 'fake', models: { model: ['{"title":"Soup","minutes":20}'] } })];
const model = createMajordomo({ providers }).model('fake/model');
const messages = [user('A recipe')];

export async function recipe(): Promise<{ title: string; minutes?: number | undefined }> {
  const output = z.object({ title: z.string(), minutes: z.number().optional() });
  const { value } = await model.generateObject({ messages, output });
  const title: string = value.title;
  return { ...value, title };
}

export async function list(): Promise<readonly ('a' | 'b')[]> {
  return (await model.generateObject({ messages, output: z.array(z.enum(['a', 'b'])) })).value;
}

export async function json(): Promise<JsonValue> {
  const output = { type: 'object', properties: { title: { type: 'string' } } } as const;
  return (await model.generateObject({ messages, output })).value;
}

export async function* titles(): AsyncGenerator<string> {
  const output = z.object({ title: z.string(), steps: z.array(z.object({ text: z.string() })) });
  const stream = model.streamObject({ messages, output });
  for await (const snapshot of stream) yield snapshot.steps?.[0]?.text ?? snapshot.title ?? '';
  yield (await stream.response()).value.title;
}
