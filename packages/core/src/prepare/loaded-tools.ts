import type { Message } from '../types/messages.ts';
import type { ToolSpec } from '../types/request.ts';
import { asList, asRecord } from '../util/values.ts';

/**
 * Returns the tools that results in these messages load, in order of loading. The value is the id of the call whose result loads
 * the tool first. A failed result loads nothing, because some wires accept only text in such a result. Ignores invalid messages.
 */
export function firstLoads(messages: readonly Message[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const message of messages) {
    const { role, parts } = asRecord(message);
    if (role !== 'tool') continue;
    for (const part of asList(parts)) {
      const { callId, loads, isError } = asRecord(part);
      if (isError === true) continue;
      for (const name of asList(loads))
        if (typeof name === 'string' && !first.has(name)) first.set(name, String(callId));
    }
  }
  return first;
}

/** Last result by the list of the request, because providers recognize lists by identity. */
const sentLists = new WeakMap<readonly ToolSpec[], readonly ToolSpec[]>();

/** Returns the tools that are not deferred, then the loaded ones in order of loading. The same tools result in the same array. */
export function toolsToSend(tools: readonly ToolSpec[], messages: readonly Message[]): readonly ToolSpec[] {
  if (tools.every(({ deferred }) => deferred !== true)) return tools;
  const deferred = new Map(tools.map((tool) => [tool.name, tool.deferred === true ? [tool] : []]));
  const loaded = [...firstLoads(messages).keys()].flatMap((name) => deferred.get(name) ?? []);
  const sent = [...tools.filter((tool) => tool.deferred !== true), ...loaded];
  for (const list of [tools, sentLists.get(tools)])
    if (list?.length === sent.length && list.every((tool, at) => tool === sent[at])) return list;
  sentLists.set(tools, sent);
  return sent;
}
