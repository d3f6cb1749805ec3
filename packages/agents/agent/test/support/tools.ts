import * as z from 'zod';
import { defineTool, type Tool, type ToolEffect } from '../../src/index.ts';

/** Tool with a schema. */
export const weather: Tool = defineTool({
  name: 'weather',
  description: 'Weather in a city',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => `sunny in ${city}`,
});

/** Returns a tool whose arguments are any object. */
export const plain = (name: string, run: Tool['run'], more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run,
  ...more,
});

/** Returns a tool that records the key of each of its runs. */
export function counting(
  name: string,
  effect?: ToolEffect,
): { readonly tool: Tool; readonly keys: string[] } {
  const keys: string[] = [];
  return { keys, tool: plain(name, (_args, { key }) => `${name} ${keys.push(key)}`, { effect }) };
}
