import { createAgent, type Agent, type Tool, type Toolbox } from '@majordomo/agent';
import { createMajordomo, type JsonValue, type Message } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { codeMode, runSandbox, type CodeModeOptions, type Sandbox } from '../src/index.ts';

export const sandbox: Sandbox = runSandbox();
/** Options of tests with workers, which need long to start on a busy machine. */
export const SLOW = { timeout: 60_000 };

/** Returns a tool whose arguments are any object. */
export const plain = (name: string, run: Tool['run'], more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run,
  ...more,
});

/** Returns an agent whose model runs these programs, one in each turn, and then answers. */
export function programmer(
  programs: readonly string[],
  toolboxes: readonly Toolbox[],
  tools: readonly Tool[] = [],
): { readonly agent: Agent; readonly requests: readonly unknown[] } {
  const turns: Turn[] = programs.map((code) => ({
    toolCalls: [{ id: 'c', name: 'run_code', args: { code } }],
  }));
  const fake = fakeProvider({ id: 'f', models: { m: [...turns, 'Done.'] } });
  const model = createMajordomo({ providers: [fake] }).model('f/m');
  return { agent: createAgent({ model, toolboxes, tools }), requests: fake.requests };
}

/** Returns the texts of tool results; an error starts with `!`. */
export const results = (messages: readonly Message[]): string[] =>
  messages.flatMap((message) =>
    message.role === 'tool'
      ? message.parts.map(({ content: [part], isError }) =>
          part?.type === 'text' ? `${isError === true ? '!' : ''}${part.text}` : '',
        )
      : [],
  );

/** Runs one program with these tools. Returns its result as JSON, or the error. */
export async function runProgram(
  code: string,
  tools: readonly Tool[],
  options: Partial<CodeModeOptions> = {},
): Promise<unknown> {
  const { agent } = programmer([code], [codeMode({ sandbox, tools, ...options })]);
  const [text = ''] = results((await agent.run('go')).messages);
  return text.startsWith('!') ? text : (JSON.parse(text) as JsonValue);
}
