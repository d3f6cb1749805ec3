import { LlmError, type Message } from '@majordomo/core';
import type { GetPromptResult } from '@modelcontextprotocol/client';
import type { McpPrompt } from '../options.ts';
import type { Connection } from './connection.ts';
import { contentOf, textOf } from './content.ts';

/** Returns a server's prompts. */
export function listPrompts(connection: Connection): Promise<readonly McpPrompt[]> {
  return connection.request('prompts', undefined, async (client, options) => {
    // For a server without prompts, the SDK would write to the console.
    if (client.getServerCapabilities()?.prompts === undefined) return [];
    const { prompts } = await client.listPrompts(undefined, options);
    return prompts.map(({ name, description, arguments: args = [] }) => ({
      name,
      description,
      arguments: args.map((arg) => ({
        name: arg.name,
        description: arg.description,
        required: arg.required === true,
      })),
    }));
  });
}

/** Returns the messages of a prompt. Throws `invalid-request` for an unknown name or a missing argument. */
export async function getPrompt(
  connection: Connection,
  name: string,
  args: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<readonly Message[]> {
  const { messages } = await connection.request(`prompt ${name}`, signal, (client, options) => {
    if (client.getServerCapabilities()?.prompts === undefined)
      throw new LlmError('invalid-request', `${connection.label}: the server has no prompts`);
    return client.getPrompt({ name, arguments: { ...args } }, options);
  });
  return messages.map(messageOf);
}

/** Converts a message. Content of the assistant that is not text becomes a description. */
function messageOf({ role, content }: GetPromptResult['messages'][number]): Message {
  return role === 'user'
    ? { role, parts: contentOf({ content: [content] }) }
    : { role, parts: [{ type: 'text', text: textOf({ content: [content] }) }] };
}
