import type { JsonObject } from '@majordomo/core';
import { asRecord, definedMembers } from '@majordomo/core/toolkit';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Place } from './names.ts';

/** Returns the parameters for the server, with its names, without the token of the client's progress and a wish for a task. */
export function paramsFor(method: string, params: object, { name }: Place): JsonObject {
  const { _meta, task: _task, ...others } = params as Readonly<Record<string, unknown>>;
  const { progressToken: _token, ...meta } = asRecord(_meta);
  const own = ownParams(method, name, asRecord(others['ref']));
  return { ...others, ...own, ...(Object.keys(meta).length > 0 && { _meta: meta }) } as JsonObject;
}

/** Returns the parameters with the name of a tool or prompt, or the address of a resource. `ref`: that of a completion. */
function ownParams(method: string, name: string, ref: Readonly<Record<string, unknown>>): object {
  if (method === 'resources/read') return { uri: name };
  if (method !== 'completion/complete') return { name };
  return { ref: ref['type'] === 'ref/prompt' ? { ...ref, name } : { ...ref, uri: name } };
}

/** Returns a result that asks the client for input. Its type `never` fits the results of all requests. */
export const inputRequired = (members: object): never =>
  ({ resultType: 'input_required', ...members }) as never;

/** Returns the state that the client sent. Its type is `held` for a call that waits in this process, `login`, or `server`. */
export function stateOf({
  mcpReq,
}: ServerContext): { readonly type: string; readonly value: string } | undefined {
  const state = mcpReq.requestState<string>();
  if (state === undefined) return undefined;
  const at = state.indexOf(':');
  return { type: state.slice(0, at), value: state.slice(at + 1) };
}

/**
 * Returns the parameters with the replies of the client to the questions of a server of protocol 2026. Replies to the gateway have a state
 * of the gateway.
 */
export function withInput(
  params: JsonObject,
  { mcpReq }: ServerContext,
  state: ReturnType<typeof stateOf>,
): JsonObject {
  if (state !== undefined && state.type !== 'server') return params;
  const { inputResponses } = mcpReq;
  const requestState = state?.value;
  return { ...params, ...definedMembers({ inputResponses, requestState }) } as JsonObject;
}
