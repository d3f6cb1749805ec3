import type { JsonObject } from '@majordomo/core';
import { checkToolChecksOptions } from './options.ts';
import { toolRefusal } from './tool-refusal.ts';
import type { Check, CheckContext, Subject, ToolChecksOptions } from './types.ts';

/** Call for which checks run. */
export type ToolChecksContext = Pick<CheckContext, 'signal' | 'tenant' | 'metadata'>;

/** Checks of tool calls outside of an agent, such as those of `mcpGateway` of `@majordomo/mcp-gateway`. */
export interface ToolChecks {
  /** Returns the reason for which a call must not run, or `undefined`. Rejects with `aborted` if the signal aborts. */
  refusalOfCall(tool: string, args: JsonObject, context: ToolChecksContext): Promise<string | undefined>;
  /** Returns the reason for which a result must not be used, or `undefined`. `text`: all strings of the result. */
  refusalOfResult(tool: string, text: string, context: ToolChecksContext): Promise<string | undefined>;
}

/**
 * Returns checks for calls and results of tools that no agent runs. Throws `config` for invalid options.
 *
 * @example
 * mcpGateway({ servers, guards: toolChecks({ results: [judge(small, { name: 'injection', policy: INJECTION_POLICY })] }) });
 */
export function toolChecks(options: ToolChecksOptions): ToolChecks {
  checkToolChecksOptions(options);
  const { arguments: ofArguments, results } = options;
  const refusal = async (
    checks: readonly Check[] | undefined,
    subject: Subject,
    context: ToolChecksContext,
  ): Promise<string | undefined> => (await toolRefusal(options, checks, subject, context))?.message;
  return {
    refusalOfCall: (tool, args, context) =>
      refusal(ofArguments, { side: 'tool-call', tool, args, text: JSON.stringify(args) }, context),
    refusalOfResult: (tool, text, context) => refusal(results, { side: 'tool-result', tool, text }, context),
  };
}
