import { defineTool, type Tool } from '@majordomo/agent';
import { user, type CallEvent, type Majordomo } from '@majordomo/core';
import type { McpProgress } from '@majordomo/mcp';
import { Stop } from '../program/exit.ts';

/** Name of the tool that sends a prompt to the chain. */
export const ASK_TOOL = 'ask';

const PARAMETERS = {
  type: 'object',
  properties: {
    prompt: { type: 'string', description: 'Question, with all information that the answer requires' },
    system: { type: 'string', description: 'Instructions for the model' },
  },
  required: ['prompt'],
  additionalProperties: false,
} as const;

/** Function that reports the progress of a call to the client. */
type Report = (context: Parameters<Tool['run']>[1], progress: McpProgress) => void;

/** Returns a tool that calls the models of a spec. The tool stores nothing between calls. */
export function askTool(
  majordomo: Majordomo,
  spec: string,
  instructions: string | undefined,
  report: Report,
): Tool {
  const model = majordomo.model(spec);
  return defineTool({
    name: ASK_TOOL,
    description: `Calls another language model (${spec}) and returns its answer. The model sees only the prompt, and remembers nothing.`,
    parameters: PARAMETERS,
    async run({ prompt, system }, context) {
      let progress = 0;
      const onEvent = (event: CallEvent): void => {
        const message = messageOf(event);
        if (message !== undefined) report(context, { progress: ++progress, message });
      };
      const request = {
        messages: [user(textOf(prompt))],
        system: system === undefined ? instructions : textOf(system),
      };
      const { text } = await model.generate(request, { signal: context.signal, onEvent });
      return text;
    },
  });
}

/** Returns a string argument, whose type the schema has already checked. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  throw new Stop('the prompt must be a string');
};

function messageOf(event: CallEvent): string | undefined {
  if (event.type === 'attempt-start') return `calling ${event.target}`;
  if (event.type === 'attempt-failed') return `${event.target}: ${event.error.kind}`;
  return undefined;
}
