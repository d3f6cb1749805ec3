import type { Message } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import type { ContentBlock, McpServer, PromptMessage } from '@modelcontextprotocol/server';
import type { ServerSdk } from '../sdk.ts';
import type { Calls } from './calls.ts';
import type { ServedPrompt } from './options.ts';
import { embedded } from './served-tool.ts';

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
    return parts.map((part) => ({ role, content: blockOf(part, name) }));
  });
}

function blockOf(
  part: Extract<Message, { role: 'user' | 'assistant' }>['parts'][number],
  name: string,
): ContentBlock {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'image') return { type: 'image', data: toBase64(part.bytes), mimeType: part.mediaType };
  if (part.type === 'file') return embedded(part);
  throw new Error(`prompt "${name}" contains a part of type ${part.type}; use text, images or files`);
}
