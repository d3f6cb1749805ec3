import {
  createAgent,
  defineVendorTool,
  type CommandOutput,
  type Decision,
  type RunResult,
} from '@majordomo/agent';
import type { ChatModel } from '@majordomo/core';

/** Place in which commands run, such as a container without a network. */
export interface Sandbox {
  run(
    command: string,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<CommandOutput>;
}

const isReadOnly = (command: string): boolean => /^(?:ls|cat|head|wc|grep)\b[^;&|><`$\n]*$/.test(command);

/**
 * Lets a model of OpenAI work with its shell tool in the sandbox. `ask` decides on each command that may change files: `true`, or the
 * reason of a refusal.
 */
export async function workInShell(
  model: ChatModel,
  sandbox: Sandbox,
  task: string,
  ask: (commands: readonly string[]) => Promise<true | string>,
): Promise<RunResult> {
  const shell = defineVendorTool({
    kind: 'shell',
    effect: 'once',
    maxResultChars: 20_000,
    approval: ({ commands = [] }) => !commands.every(isReadOnly),
    run: async ({ commands = [], timeout_ms: limit }, { signal }) => {
      const timeoutMs = Math.min(limit ?? 60_000, 60_000);
      const outputs: CommandOutput[] = [];
      for (const command of commands) outputs.push(await sandbox.run(command, { signal, timeoutMs }));
      return outputs;
    },
  });
  const agent = createAgent({
    model,
    tools: [shell],
    maxSteps: 30,
    extra: { openai: { tools: [{ type: 'shell', environment: { type: 'local' } }] } },
  });
  let result = await agent.run(task);
  while (result.awaiting.length > 0) {
    const decisions: Decision[] = [];
    for (const { id, args } of result.awaiting) {
      const answer = await ask((args['commands'] ?? []) as readonly string[]);
      decisions.push(answer === true ? { callId: id, approve: true } : { callId: id, deny: answer });
    }
    result = await agent.run(result.state, { decisions });
  }
  return result;
}
