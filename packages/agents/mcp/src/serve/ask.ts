import type { ToolContext } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import { ServedContext } from './progress.ts';
import type { AskAnswer, AskQuestion } from './options.ts';

/**
 * Asks the user of the MCP client from inside a served tool or prompt. The tool runs again from its beginning with each answer, and
 * earlier calls of `ask` return their answers. Code before `ask` must therefore be repeatable. `context.key` is equal in all runs.
 * A run that waits for an answer never continues, and `context.signal` aborts, so release resources before `ask`.
 *
 * An answer that does not match the schema is asked for once more, and is then `cancel`. Rejects with `unsupported` if the client
 * cannot ask, or if an agent called the tool, and with `config` for an invalid question.
 *
 * @example
 * const answer = await ask(context, { message: 'Which seat?', schema: z.object({ seat: z.enum(['1A', '1B']) }) });
 * if (answer.action !== 'accept') return 'The user chose no seat.';
 * return `Seat ${answer.content.seat}`;
 */
export async function ask<T extends object>(
  { context }: Pick<ToolContext, 'context'>,
  question: AskQuestion<T>,
): Promise<AskAnswer<T>> {
  const rounds = context instanceof ServedContext ? context.rounds : undefined;
  if (rounds !== undefined) return rounds.ask(question);
  throw new LlmError(
    'unsupported',
    'ask: no MCP client called this tool; call ask only in a tool or a prompt that serveMcp serves, and not in an agent',
  );
}
