import type {
  AssistantPart,
  ResultPiece,
  TextPart,
  TurnMessage,
  UserPart,
  VendorCallPart,
  VendorResultPart,
} from '../types/messages.ts';
import type { Warning } from '../types/response.ts';

/**
 * Converts the calls that wait for the client, and their results, to text, unless the call has a result and the model can read
 * its token. Ignores a second result of a call.
 */
export function fitVendorCalls(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  if (messages.every((message) => !hasVendorCalls(message))) return { messages, warnings: [] };
  const results = firstResults(messages);
  const isSent = (call: VendorCallPart): boolean =>
    results.has(call.id) && families.includes(call.replay.family);
  const calls = callsIn(messages);
  const sentIds = new Set(calls.filter(isSent).map(({ id }) => id));
  const fitted = messages.flatMap((message) => fitMessage(message, sentIds, results));
  const warnings: Warning[] = [];
  if (calls.some(({ replay }) => !families.includes(replay.family)))
    warnings.push(textWarning(`${target} cannot read the calls of another vendor`));
  if (calls.some(({ id }) => !results.has(id)))
    warnings.push(textWarning(`${target} would reject a call without a result`));
  return { messages: fitted, warnings };
}

const textWarning = (why: string): Warning => ({
  action: 'coerced',
  what: 'calls that wait for the client',
  why: `${why}; the calls and results are sent as text`,
});

const hasVendorCalls = ({ parts }: TurnMessage): boolean =>
  parts.some(({ type }) => type === 'vendor-call' || type === 'vendor-result');

const callsIn = (messages: readonly TurnMessage[]): readonly VendorCallPart[] =>
  messages.flatMap(({ role, parts }) =>
    role === 'assistant' ? parts.filter((part) => part.type === 'vendor-call') : [],
  );

function firstResults(messages: readonly TurnMessage[]): ReadonlyMap<string, VendorResultPart> {
  const results = new Map<string, VendorResultPart>();
  for (const { role, parts } of messages) {
    if (role !== 'tool') continue;
    for (const part of parts)
      if (part.type === 'vendor-result' && !results.has(part.callId)) results.set(part.callId, part);
  }
  return results;
}

function fitMessage(
  message: TurnMessage,
  sentIds: ReadonlySet<string>,
  results: ReadonlyMap<string, VendorResultPart>,
): readonly TurnMessage[] {
  if (!hasVendorCalls(message)) return [message];
  if (message.role === 'assistant') {
    const parts = message.parts.map((part): AssistantPart =>
      part.type === 'vendor-call' && !sentIds.has(part.id) ? vendorCallText(part) : part,
    );
    return [{ role: 'assistant', parts }];
  }
  if (message.role !== 'tool') return [message];
  const first = message.parts.filter(
    (part) => part.type === 'tool-result' || results.get(part.callId) === part,
  );
  const sent = first.filter((part) => part.type === 'tool-result' || sentIds.has(part.callId));
  const texts = first.flatMap((part) =>
    part.type === 'vendor-result' && !sentIds.has(part.callId) ? vendorResultParts(part) : [],
  );
  return [
    ...(sent.length === 0 ? [] : [{ role: 'tool', parts: sent } as const]),
    ...(texts.length === 0 ? [] : [{ role: 'user', parts: texts } as const]),
  ];
}

/** Returns text that describes a call that waits for the client. */
export const vendorCallText = ({ name, args }: VendorCallPart): TextPart => ({
  type: 'text',
  text: `[${name} ${JSON.stringify(args)}]`,
});

/** Returns parts of a user message that describe the result of such a call. */
export function vendorResultParts({ name, content, output, isError }: VendorResultPart): readonly UserPart[] {
  const label = isError === true ? 'Error' : 'Result';
  const pieces: readonly ResultPiece[] =
    content.length === 0 ? [{ type: 'text', text: JSON.stringify(output ?? {}) }] : content;
  return [{ type: 'text', text: `${label} of ${name}:` }, ...pieces];
}
