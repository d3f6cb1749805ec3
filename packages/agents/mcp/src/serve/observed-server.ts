import type { JsonObject } from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { runAround, type McpAround, type RequestFacts } from '../around.ts';

/** Handler of a request. `input`: the request, or its parameters if the handler has schemas. */
type Handler = (input: unknown, context: ServerContext) => unknown;
type Register = (method: string, ...rest: readonly unknown[]) => void;

/** Runs the handlers that are registered from now on inside `around`. */
export function observeHandlers(
  { server }: McpServer,
  around: McpAround,
  facts: Pick<RequestFacts, 'server' | 'transport'>,
): void {
  const register = server.setRequestHandler.bind(server) as Register;
  const observe: Register = (method, ...rest) => {
    const handler = rest.at(-1) as Handler;
    const observed: Handler = (input, context) => {
      const { id, _meta } = context.mcpReq;
      const { params = input } = asRecord(input);
      // oxlint-disable-next-line typescript/no-deprecated -- the only source for a client of 2025
      const protocolVersion = server.getNegotiatedProtocolVersion();
      const meta = isRecord(_meta) ? (_meta as JsonObject) : undefined;
      const about = { ...facts, side: 'server' as const, method, id, protocolVersion, meta };
      return runAround(around, about, params, async () => handler(input, context));
    };
    register(method, ...rest.slice(0, -1), observed);
  };
  server.setRequestHandler = observe;
}
