import {
  LlmError,
  systemClock,
  truncateText,
  type Attempt,
  type CallEvent,
  type CallInfo,
  type JsonObject,
} from '@majordomo/core';
import { asLlmError, newUuid, notify } from '@majordomo/core/toolkit';
import type { McpContext } from '@majordomo/gateway';
import type { Admission, Settle } from './admission.ts';
import { guardCall, guardResult } from './guard.ts';
import type { McpGatewayOptions } from './options.ts';
import type { Answer } from './server-connection.ts';

/** Maximum number of characters of a name, and of a result, in the metadata of a call. */
const MAX_SHOWN = 1000;
/** Maximum length of a result without the option `maxResultChars`. */
const MAX_RESULT_CHARS = 1_000_000;

/** Request to a server, as the call log shows it. */
export interface Recorded {
  readonly server: string;
  readonly method: string;
  /** Name of the tool or prompt, or address of the resource, at the server. */
  readonly name?: string | undefined;
  /** Parameters of a request of the client. `undefined` for a connection attempt. */
  readonly params?: JsonObject | undefined;
  readonly signal: AbortSignal;
}

/** Request that was refused before a server was contacted. */
export type Refused = Pick<Recorded, 'server' | 'method' | 'name'>;

/** Returns the target of a call in events: the server, with the name of the tool. */
const targetOf = ({ server, method, name }: Recorded): string =>
  method === 'tools/call' && name !== undefined ? `mcp/${server}/${name}` : `mcp/${server}`;

/** Returns the error of a call to which the server answered with an error; `undefined` for a result, and for a connection attempt. */
function failureIn(answer: Answer | undefined): LlmError | undefined {
  if (answer === undefined || 'result' in answer) return undefined;
  const { code, message } = answer.failure;
  return new LlmError('server', message, { code: String(code) });
}

/** Dependencies of recorded calls. */
export interface RecordIo {
  readonly options: McpGatewayOptions;
  readonly admission: Admission;
}

/**
 * Runs a request to a server as a call: within the limits, and with the events that the call log, the metrics and the inspector read.
 * Rejects with the error of the work. Connecting, which has no parameters, is no request of the limits.
 */
export async function recordCall<T extends Answer | undefined>(
  { call }: Pick<McpContext, 'call'>,
  recorded: Recorded,
  { options, admission }: RecordIo,
  work: (setSent: (isSent: boolean) => void) => Promise<T>,
): Promise<T> {
  const { server, name, params, signal } = recorded;
  const { clock = systemClock, content = false, guards, onError } = options;
  const facts = factsOf(recorded);
  if (content && params !== undefined) facts['arguments'] = params['arguments'];
  const info = infoOf(call, server, facts);
  const target = targetOf(recorded);
  const emit = (event: CallEvent): void => call.onEvent?.(event);
  const end = (error: LlmError | undefined, attempts: readonly Attempt[]): void => {
    const outcome = error === undefined ? 'finished' : 'failed';
    emit({ type: 'call-end', call: info, outcome, response: undefined, error, attempts });
  };
  const nameForChecks = recorded.method === 'resources/read' ? (name ?? '') : `${server}__${name ?? ''}`;
  const guardContext = { signal, tenant: call.tenant, metadata: info.metadata };
  emit({ type: 'call-start', call: info, targets: [target] });
  let settle: Settle | undefined;
  let isSent = false;
  try {
    if (params !== undefined) {
      await guardCall(guards, nameForChecks, params, guardContext);
      settle = await admission.admit({ call: info, server, target, name: name ?? '' });
    }
  } catch (error) {
    end(asLlmError(error, target), []);
    throw error;
  }
  const began = clock.now();
  emit({ type: 'attempt-start', call: info, target, attempt: 1 });
  const endAttempt = async (error: LlmError | undefined): Promise<void> => {
    const ms = clock.now() - began;
    const outcome = error === undefined ? 'finished' : 'failed';
    // The reservation remains, and counts as spent, if the store fails.
    await settle?.(isSent ? outcome : 'not-sent', ms).catch((failure: unknown) => {
      notify(onError, failure, { server });
    });
    const result: Attempt = { target, outcome, error, usage: undefined, ms };
    emit({ type: 'attempt-end', call: info, attempt: 1, result });
    end(error, [result]);
  };
  let answer: T;
  try {
    answer = await work((value) => {
      isSent = value;
    });
    if (answer !== undefined) {
      // The model reads the error of a server as it reads a result.
      const result = 'result' in answer ? answer.result : ({ ...answer.failure } as JsonObject);
      const text = JSON.stringify(result);
      facts['resultChars'] = text.length;
      checkSize(text.length, server, options);
      await guardResult(guards, nameForChecks, result, guardContext);
      if (result['isError'] === true) facts['isError'] = true;
      if (content) facts['result'] = truncateText(text, MAX_SHOWN);
    }
  } catch (error) {
    await endAttempt(asLlmError(error, target));
    throw error;
  }
  await endAttempt(failureIn(answer));
  return answer;
}

/** Throws `protocol` for a result that is longer than the server may send. */
function checkSize(chars: number, server: string, { servers }: McpGatewayOptions): void {
  const { maxResultChars = MAX_RESULT_CHARS } = servers[server] ?? {};
  if (chars <= maxResultChars) return;
  throw new LlmError(
    'protocol',
    `mcp/${server}: the result has ${chars} characters, more than maxResultChars (${maxResultChars})`,
    { code: 'result-too-large' },
  );
}

/** Records a request that was refused before a server was contacted. `server`: its name, or `other` for an unknown server. */
export function recordRefusal({ call }: Pick<McpContext, 'call'>, recorded: Refused): void {
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

const factsOf = ({ server, method, name }: Refused): Record<string, unknown> => ({
  server,
  method,
  name: name === undefined ? undefined : truncateText(name, MAX_SHOWN),
});

/** Returns the call of a request. Its metadata contains `facts`, to which members are added until the call ends. */
const infoOf = (call: McpContext['call'], server: string, facts: Record<string, unknown>): CallInfo => ({
  id: newUuid(),
  spec: `mcp/${server}`,
  operation: 'tool',
  tenant: call.tenant,
  metadata: { ...call.metadata, mcp: facts },
});
