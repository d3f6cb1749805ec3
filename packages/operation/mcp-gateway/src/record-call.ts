import {
  LlmError,
  messageOf,
  systemClock,
  truncateText,
  type Attempt,
  type CallInfo,
  type JsonObject,
} from '@majordomo/core';
import type { McpContext } from '@majordomo/gateway';
import type { McpGatewayOptions } from './options.ts';
import type { Answer } from './server-connection.ts';

const MAX_SHOWN = 1000;

/** Request to a server, as the call log shows it. */
export interface Recorded {
  readonly server: string;
  readonly method: string;
  /** Name of the tool or prompt, or address of the resource, at the server. */
  readonly name?: string | undefined;
  readonly params?: JsonObject | undefined;
}

/** Returns the target of a call in events: the server, with the name of the tool. */
export const targetOf = ({ server, method, name }: Recorded): string =>
  method === 'tools/call' && name !== undefined ? `mcp/${server}/${name}` : `mcp/${server}`;

/** Error with the code of an answer of a server. Its message is the server's. */
export const answerError = ({
  code,
  message,
}: {
  readonly code: number;
  readonly message: string;
}): LlmError => new LlmError('server', message, { code: String(code) });

/**
 * Runs a request to a server as a call: with the events that the call log, the metrics and the inspector read. Rejects with the error of
 * the work.
 */
export async function recordCall<T extends Answer | undefined>(
  { call }: Pick<McpContext, 'call'>,
  recorded: Recorded,
  { clock = systemClock, content = false }: Pick<McpGatewayOptions, 'clock' | 'content'>,
  work: () => Promise<T>,
): Promise<T> {
  const { params } = recorded;
  const facts = factsOf(recorded);
  if (content && params !== undefined) facts['arguments'] = params['arguments'];
  const info = infoOf(call, recorded.server, facts);
  const target = targetOf(recorded);
  const emit: NonNullable<typeof call.onEvent> = (event) => call.onEvent?.(event);
  const began = clock.now();
  emit({ type: 'call-start', call: info, targets: [target] });
  emit({ type: 'attempt-start', call: info, target, attempt: 1 });
  const end = (error: LlmError | undefined): void => {
    const outcome = error === undefined ? 'finished' : 'failed';
    const result: Attempt = { target, outcome, error, usage: undefined, ms: clock.now() - began };
    emit({ type: 'attempt-end', call: info, attempt: 1, result });
    emit({ type: 'call-end', call: info, outcome, response: undefined, error, attempts: [result] });
  };
  try {
    const answer = await work();
    if (answer !== undefined && 'result' in answer) {
      const text = JSON.stringify(answer.result);
      facts['resultChars'] = text.length;
      if (answer.result['isError'] === true) facts['isError'] = true;
      if (content) facts['result'] = truncateText(text, MAX_SHOWN);
    }
    end(answer !== undefined && 'failure' in answer ? answerError(answer.failure) : undefined);
    return answer;
  } catch (error) {
    end(LlmError.is(error) ? error : new LlmError('server', messageOf(error), {}, { cause: error }));
    throw error;
  }
}

/** Records a request that was refused before a server was contacted. `server`: its name, or `other` for an unknown server. */
export function recordRefusal({ call }: Pick<McpContext, 'call'>, recorded: Recorded): void {
  const info = infoOf(call, recorded.server, factsOf(recorded));
  const error = new LlmError('denied', 'the caller may not use this, or it does not exist', {
    code: 'not-allowed',
  });
  call.onEvent?.({ type: 'call-start', call: info, targets: [] });
  call.onEvent?.({
    type: 'call-end',
    call: info,
    outcome: 'failed',
    response: undefined,
    error,
    attempts: [],
  });
}

const factsOf = ({ server, method, name }: Recorded): Record<string, unknown> => ({
  server,
  method,
  name: name === undefined ? undefined : truncateText(name, MAX_SHOWN),
});

/** The metadata of a call may get further members until the call ends. */
const infoOf = (call: McpContext['call'], server: string, facts: Record<string, unknown>): CallInfo => ({
  id: crypto.randomUUID(),
  spec: `mcp/${server}`,
  operation: 'tool',
  tenant: call.tenant,
  metadata: { ...call.metadata, mcp: facts },
});
