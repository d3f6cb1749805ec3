import { createAgent, defineTool, type Agent } from '@majordomo/agent';
import { codeMode, runSandbox } from '@majordomo/code-mode';
import type { ChatModel } from '@majordomo/core';
import * as z from 'zod';

/** Reads the expenses of an employee in euros. */
export type ReadExpenses = (employee: string, signal: AbortSignal) => Promise<number>;

/** Returns an agent that answers questions about expenses with programs. A person approves each payment. */
export function expenseAuditor(model: ChatModel, readExpenses: ReadExpenses): Agent {
  const expenses = defineTool({
    name: 'expenses',
    description: 'Expenses of an employee in euros',
    parameters: z.object({ employee: z.string() }),
    run: async ({ employee }, { signal }) => ({ employee, euros: await readExpenses(employee, signal) }),
  });
  const pay = defineTool({
    name: 'pay',
    description: 'Pays the expenses of an employee',
    parameters: z.object({ employee: z.string() }),
    approval: true,
    effect: 'once',
    run: ({ employee }, { key }) => `Paid ${employee}, reference ${key}.`,
  });
  const programs = codeMode({ sandbox: runSandbox(), tools: [expenses], maxCalls: 50 });
  return createAgent({ model, tools: [pay], toolboxes: [programs] });
}
