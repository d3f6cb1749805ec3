import { LlmError, messageOf } from '@majordomo/core';
import type { ObjectNamespace } from './platform.ts';

/** Sends a command to an object. Returns its reply. Rejects with `server` if the object refuses the command. */
export async function callObject(
  namespace: ObjectNamespace,
  object: string,
  command: string,
  what: string,
): Promise<string> {
  const stub = namespace.get(namespace.idFromName(object));
  const reply = await stub.fetch('https://object/', { method: 'POST', body: command });
  const text = await reply.text();
  if (!reply.ok) throw new LlmError('server', `the Durable Object rejected ${what}: ${text}`);
  return text;
}

/** Answers a command in an object. */
export async function answer(
  request: Request,
  run: (command: string) => string | Promise<string>,
): Promise<Response> {
  const command = await request.text();
  try {
    return new Response(await run(command));
  } catch (error) {
    return new Response(messageOf(error), { status: 400 });
  }
}
