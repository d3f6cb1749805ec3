import type { AssistantPart, ModelRequest, TurnMessage, VendorPart, Warning } from '@majordomo/core';
import { asRecord, asText, isList, isRecord } from '@majordomo/core/toolkit';
import type { RecoveryRule } from '@majordomo/claude';
import type { MessagesFacts } from './facts.ts';
import { settlePrograms, withAssistantParts } from '@majordomo/wire-kit/internal';
import { programIds, programTool, programWaits, runsPrograms, withTextErrors } from './programs.ts';

type Container = Pick<NonNullable<MessagesFacts['container']>, 'id' | 'expiresAt'>;

/** Returns a vendor part that stores the container of a response in the transcript. Requests contain no block for this part. */
export const containerPart = ({ id, expiresAt }: Container, family: string): Omit<VendorPart, 'type'> => ({
  kind: 'container',
  replay: { family, data: { container: { id, ...(expiresAt !== undefined && { expiresAt }) } } },
});

export const isContainer = (part: AssistantPart): boolean => containerIn(part) !== undefined;

function containerIn({ type, replay }: AssistantPart): Container | undefined {
  const { id, expiresAt } = asRecord(type === 'vendor' ? asRecord(replay.data)['container'] : undefined);
  return typeof id === 'string' ? { id, expiresAt: asText(expiresAt) } : undefined;
}

/**
 * Returns `extra` with the container of the last response, so that the vendor's tools find their files again. A container that has
 * expired is sent only if a program in it waits for results. Returns `extra` unchanged if it specifies a container, or if the
 * request has no tool of the vendor.
 */
export function withContainer(
  request: ModelRequest,
  family: string,
  warnings: Warning[],
): ModelRequest['extra'] {
  const { messages, extra } = request;
  const { container: own } = extra;
  const waits = programWaits(request);
  if (isSpecified(own) || !(hasVendorTool(request) || waits)) return extra;
  const container = lastContainer(messages, family);
  if (container === undefined) return extra;
  const { id, expiresAt } = container;
  if (!waits && expiresAt !== undefined && Date.parse(expiresAt) <= Date.now()) {
    const why = `it expired at ${expiresAt}; the vendor starts a new one`;
    warnings.push({ action: 'dropped', what: 'container of the conversation', why });
    return extra;
  }
  return { ...extra, container: isRecord(own) ? { ...own, id } : id };
}

const hasVendorTool = (request: ModelRequest): boolean =>
  isList(request.extra['tools']) || programTool(request) !== undefined;

/**
 * Returns the messages without the programs that the API rejects. A waiting program needs its tool and its container, and a message
 * that contains only results.
 */
export function sendablePrograms(
  request: ModelRequest,
  family: string,
  warnings: Warning[],
): ModelRequest['messages'] {
  const { messages, extra } = request;
  if (!messages.some(hasReplay)) return messages;
  const hasContainer = isSpecified(extra['container']) || lastContainer(messages, family) !== undefined;
  const settled = settlePrograms(messages, {
    idsOf: (part) => programIds(part, family),
    canContinue: hasContainer && runsPrograms(request),
    // Other tools of the vendor also run code, without calls of the application.
    canResume: hasVendorTool(request),
    mayBeInterrupted: false,
  });
  warnings.push(...settled.warnings);
  return withTextErrors(settled.messages, family, warnings);
}

/** Whether a message contains blocks of the vendor. Programs and containers are such blocks. */
const hasReplay = ({ role, parts }: TurnMessage): boolean =>
  role === 'assistant' && parts.some(({ replay }) => replay !== undefined);

function lastContainer(messages: ModelRequest['messages'], family: string): Container | undefined {
  for (const { role, parts } of messages.toReversed()) {
    if (role !== 'assistant') continue;
    const part = parts.findLast((each) => each.replay?.family === family && isContainer(each));
    if (part !== undefined) return containerIn(part);
  }
  return undefined;
}

/** Whether the caller specifies the container. An object without an id only lists skills. */
const isSpecified = (own: unknown): boolean =>
  own !== undefined && !(isRecord(own) && own['id'] === undefined);

/**
 * Recovery for "container … not found" and "container … has expired". Does not apply while a program waits in the container, because
 * the API requires the container for the results of a program.
 */
export const NEW_CONTAINER: RecoveryRule = {
  id: 'container',
  what: 'container of the conversation dropped, so that the vendor starts a new one',
  pattern: /\bcontainer\b/i,
  apply: (request) => {
    if (programWaits(request) || isSpecified(request.extra['container'])) return request;
    return withAssistantParts(request, (part) => (isContainer(part) ? undefined : part));
  },
};
