import type { AssistantPart, JsonObject, ModelRequest, Recovery } from '@majordomo/core';
import { asList, asRecord, asText, isList } from '@majordomo/core/toolkit';
import { withAssistantParts } from '@majordomo/wire-kit/internal';
import type { SentBody } from '../failure/rejected-member.ts';

/**
 * Returns `extra` whose shell tools continue the container of the last command, so that commands find the files of earlier ones. Without this,
 * `container_auto` starts a container for each request (openai 7.55). The vendor itself continues a container of its code interpreter.
 */
export function withContainer(
  { messages, extra }: ModelRequest,
  family: string | undefined,
): ModelRequest['extra'] {
  const { tools } = extra;
  if (!isList(tools) || !tools.some(startsContainer)) return extra;
  const parts = messages.flatMap((message) => (message.role === 'assistant' ? message.parts : []));
  const last = parts.findLast((part) => part.replay?.family === family && containerOf(part) !== undefined);
  if (last === undefined) return extra;
  const environment = { type: 'container_reference', container_id: containerOf(last) };
  return {
    ...extra,
    tools: tools.map((tool) => (startsContainer(tool) ? { ...asRecord(tool), environment } : tool)),
  };
}

const startsContainer = (tool: unknown): boolean => {
  const { type, environment } = asRecord(tool);
  return type === 'shell' && asRecord(environment)['type'] === 'container_auto';
};

/** Returns the container in which the vendor ran the commands of a part. */
const containerOf = ({ type, replay }: AssistantPart): string | undefined =>
  type === 'vendor' ? containerIn(asRecord(replay.data)['item']) : undefined;

function containerIn(item: unknown): string | undefined {
  const { type, environment } = asRecord(item);
  return type === 'shell_call' ? asText(asRecord(environment)['container_id']) : undefined;
}

/** Returns a recovery if the vendor no longer has a container of the conversation; `undefined` for any other failure. */
export function containerRecovery(message: string, { tools, input }: SentBody): Recovery | undefined {
  if (!/\bcontainer\b/i.test(message)) return undefined;
  const used = new Set(asList(tools).map((tool) => asRecord(asRecord(tool)['environment'])['container_id']));
  // An item without a container has `''` here, which no tool refers to.
  const continuesContainer = asList(input).some((item) => used.has(containerIn(item) ?? ''));
  return continuesContainer ? NEW_CONTAINER : undefined;
}

const NEW_CONTAINER: Recovery = {
  id: 'container',
  what: 'container of the conversation dropped, so that the vendor starts a new one',
  apply: (request) => withAssistantParts(request, withoutContainer),
};

/** Removes the container from a part, so that `withContainer` does not continue it. */
function withoutContainer(part: AssistantPart): AssistantPart {
  if (part.type !== 'vendor' || containerOf(part) === undefined) return part;
  const data = asRecord(part.replay.data);
  const { environment: _expired, ...item } = asRecord(data['item']);
  return { ...part, replay: { ...part.replay, data: { ...data, item } as JsonObject } };
}
