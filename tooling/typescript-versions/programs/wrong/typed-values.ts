import { createMajordomo, LlmError, user } from '@majordomo/core';
import * as z from 'zod';

const model = createMajordomo({ providers: [] }).model('fake/model');
const messages = [user('A recipe')];
const output = z.object({ title: z.string() });

export async function wrongMember(): Promise<unknown> {
  const { value } = await model.generateObject({ messages, output });
  // error: Property 'name' does not exist on type '{ title: string; }'
  return value.name;
}

export async function wrongType(): Promise<number> {
  // error: Type 'string' is not assignable to type 'number'
  return (await model.generateObject({ messages, output })).value.title;
}

export function wrongKind(error: unknown): boolean {
  // error: Argument of type '"rate-limited"' is not assignable to parameter of type
  return LlmError.is(error, 'rate-limited');
}
