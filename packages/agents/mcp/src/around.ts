import type { JsonObject } from '@majordomo/core';
import { asRecord, asText, definedMembers, runInside } from '@majordomo/core/toolkit';

/** Request of MCP, as the option `around` receives it. */
export interface McpRequestInfo {
  /** `client`: this process sends the request. `server`: this process answers it. */
  readonly side: 'client' | 'server';
  /** Method, such as `tools/call`. */
  readonly method: string;
  /** Id of the JSON-RPC request. */
  readonly id: string | number;
  /** Name of the tool on the server, for `tools/call`. */
  readonly tool?: string | undefined;
  /** Name of the prompt, for `prompts/get`. */
  readonly prompt?: string | undefined;
  /** Address of the resource, for requests that name one. */
  readonly uri?: string | undefined;
  /** `name` of the toolbox or of the served server. */
  readonly server?: string | undefined;
  /** Version of the protocol. `undefined` before the client and the server have agreed on a version. */
  readonly protocolVersion: string | undefined;
  /** `pipe`: standard input and output of a program. `tcp`: HTTP. */
  readonly transport: 'pipe' | 'tcp';
  /** `_meta` of a served request, such as `traceparent`. Written by the client, so it is not trusted. */
  readonly meta?: JsonObject | undefined;
}

/**
 * Function that wraps each request, such as `mcp` of `createTelemetry`. It must call `run` before it returns, and return the result of `run`.
 * `meta` is added to the `_meta` of an outgoing request, unless it is not JSON. `run` returns the result of the request. If the
 * request failed with an error of JSON-RPC, `run` rejects with an error whose `code` is the code of JSON-RPC.
 */
export type McpAround = <T>(request: McpRequestInfo, run: (meta?: JsonObject) => Promise<T>) => Promise<T>;

/** Members of a request's information that its method does not determine. */
export type RequestFacts = Omit<McpRequestInfo, 'tool' | 'prompt' | 'uri'>;

/** Runs a request once, inside `around`. The request also runs if `around` throws or does not call `run`. */
export function runAround<T>(
  around: McpAround,
  facts: RequestFacts,
  params: unknown,
  run: (meta?: JsonObject) => Promise<T>,
): Promise<T> {
  const { name, uri } = asRecord(params);
  const { method } = facts;
  const target = definedMembers({
    tool: method === 'tools/call' ? asText(name) : undefined,
    prompt: method === 'prompts/get' ? asText(name) : undefined,
    uri: method.startsWith('resources/') ? asText(uri) : undefined,
  });
  return runInside((once) => around({ ...facts, ...target }, once), run);
}
