import type { Tool } from './tool.ts';

const PREFIX = 'transfer_to_';

/** Returns the tool with which a model hands off to the agent. The tool never runs, because `handedOff` adds its results. */
export const handoffTool = (
  name: string,
  description: string = `Hands the conversation to the agent ${name}.`,
): Tool => ({
  name: PREFIX + name,
  description,
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  run: () => 'done',
});

export const isHandoffTool = (toolName: string): boolean => toolName.startsWith(PREFIX);
