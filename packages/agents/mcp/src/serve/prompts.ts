import type { Message } from '@majordomo/core';
import type { McpServer, PromptMessage } from '@modelcontextprotocol/server';
import type { ServerSdk } from '../sdk.ts';
import type { Calls } from './calls.ts';
import type { ServedPrompt } from './options.ts';
import { blockOf } from './served-tool.ts';

/** Registers the prompts. A request with an unknown name or without a required argument fails with a protocol error. */
export function registerPrompts(
  sdk: ServerSdk,
  { server }: McpServer,
  prompts: ReadonlyMap<string, ServedPrompt>,
  calls: Calls,
): void {
  const invalidParams = (message: string): Error =>
    new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, message);
  server.setRequestHandler('prompts/list', () => ({
    prompts: [...prompts.values()].map(({ name, description, arguments: args = [] }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      arguments: args.map((arg) => ({ ...arg, required: arg.required === true })),
    })),
  }));
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const { name, arguments: args = {} } = params;
    const prompt = prompts.get(name);
    if (prompt === undefined) throw invalidParams(`there is no prompt "${name}"`);
    const missing = prompt.arguments?.find((arg) => arg.required === true && args[arg.name] === undefined);
    if (missing !== undefined)
      throw invalidParams(`prompt "${name}" requires the argument "${missing.name}"`);
    return calls.prompt({ name, args }, context, async (io) => ({
      messages: messagesOf(await prompt.messages(args, io), name),
    }));
  });
}

/** Returns one message per part, because a message of the protocol contains only one part. */
function messagesOf(messages: string | readonly Message[], name: string): PromptMessage[] {
  if (typeof messages === 'string') return [{ role: 'user', content: { type: 'text', text: messages } }];
  return messages.flatMap(({ role, parts }) => {
    if (role !== 'user' && role !== 'assistant')
      throw new Error(`prompt "${name}" contains a message of role ${role}; use user or assistant`);
    return parts.map((part) => {
      if (part.type === 'text' || part.type === 'image' || part.type === 'file')
        return { role, content: blockOf(part) };
      throw new Error(`prompt "${name}" contains a part of type ${part.type}; use text, images or files`);
    });
  });
}
