import type { AssistantPart, ModelRequest, VendorPart } from '@majordomo/core';
import { asRecord, asText, isList, isRecord } from '@majordomo/core/toolkit';
import type { RecoveryRule } from '@majordomo/claude';

/** Returns a vendor part that stores the container of a response in the transcript. Requests contain no block for this part. */
export const containerPart = (id: string, family: string): Omit<VendorPart, 'type'> => ({
  kind: 'container',
  replay: { family, data: { container: { id } } },
});

export const isContainer = (part: AssistantPart): boolean => containerIn(part) !== undefined;

const containerIn = ({ type, replay }: AssistantPart): string | undefined =>
  type === 'vendor' ? asText(asRecord(asRecord(replay.data)['container'])['id']) : undefined;

/**
 * Returns `extra` with the container of the last response, so that the vendor's tools find their files again. Returns `extra`
 * unchanged if it specifies a container, or if it has no tool of the vendor.
 */
export function withContainer({ messages, extra }: ModelRequest, family: string): ModelRequest['extra'] {
  const { container: own, tools } = extra;
  if (isSpecified(own) || !isList(tools)) return extra;
  const id = lastContainer(messages, family);
  if (id === undefined) return extra;
  return { ...extra, container: isRecord(own) ? { ...own, id } : id };
}

function lastContainer(messages: ModelRequest['messages'], family: string): string | undefined {
  const turns = messages.flatMap((message) => (message.role === 'assistant' ? message.parts : []));
  const part = turns.findLast((each) => each.replay?.family === family && isContainer(each));
  return part && containerIn(part);
}

/** Whether the caller specifies the container. An object without an id only lists skills. */
const isSpecified = (own: unknown): boolean =>
  own !== undefined && !(isRecord(own) && own['id'] === undefined);

/** Recovery for "container … not found" and "container … has expired". */
export const NEW_CONTAINER: RecoveryRule = {
  id: 'container',
  what: 'container of the conversation dropped, so that the vendor starts a new one',
  pattern: /\bcontainer\b/i,
  apply: (request) => {
    const { messages, extra } = request;
    const hasContainer = messages.some(({ role, parts }) => role === 'assistant' && parts.some(isContainer));
    if (!hasContainer || isSpecified(extra['container'])) return request;
    return {
      ...request,
      messages: messages.map((message) =>
        message.role === 'assistant'
          ? { ...message, parts: message.parts.filter((part) => !isContainer(part)) }
          : message,
      ),
    };
  },
};
