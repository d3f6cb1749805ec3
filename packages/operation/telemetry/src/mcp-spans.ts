import {
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Link,
} from '@opentelemetry/api';
import { LlmError, type JsonObject } from '@majordomo/core';
import type { McpAround, McpRequestInfo } from '@majordomo/mcp';
import { boundedNames } from './bounded-names.ts';
import type { Instruments } from './instruments.ts';
import { ignoreErrors, type StartSpan } from './safe-span.ts';
import { currentToolSpan } from './current-tool-span.ts';
import { withoutUndefined } from './without-undefined.ts';

/** Members of `_meta` that contain a trace context (SEP-414). Other propagators' members are not sent. */
const CONTEXT_KEYS = ['traceparent', 'tracestate', 'baggage'] as const;

/** Returns a function that wraps each request of MCP in a span. */
export function mcpAround(start: StartSpan, instruments: Instruments): McpAround {
  const bounded = boundedNames();
  return (request, run) => {
    const isClient = request.side === 'client';
    const { parent, links } = isClient ? { parent: context.active(), links: [] } : parentOf(request.meta);
    const outer = isClient && request.tool !== undefined ? currentToolSpan() : undefined;
    const attributes = requestAttributes(request);
    const span =
      outer ?? start({ name: nameOf(request), kind: KINDS[request.side], attributes, parent, links });
    // The span of an agent's tool call has the agent's name of the tool already.
    if (outer !== undefined) outer.set({ ...attributes, 'gen_ai.tool.name': undefined });
    const began = performance.now();
    const running = isClient ? run(outgoingMeta(span.context)) : context.with(span.context, () => run());
    const end = (failure: Failure | undefined): void => {
      const failed = failureAttributes(failure);
      const measure = isClient ? instruments.mcpClient : instruments.mcpServer;
      measure((performance.now() - began) / 1000, { ...labelsOf(request, bounded), ...failed });
      span.set(withoutUndefined({ 'rpc.response.status_code': failure?.code }));
      // The agent ends its span, and sets the type of its error.
      if (outer !== undefined) return;
      if (failure !== undefined) span.setError(failure.type);
      span.end();
    };
    running.then(
      (result) => {
        end(isErrorResult(result) ? { type: 'tool_error' } : undefined);
      },
      (error: unknown) => {
        end(failureOf(error));
      },
    );
    return running;
  };
}

const KINDS = { client: SpanKind.CLIENT, server: SpanKind.SERVER } as const;

const nameOf = ({ method, tool, prompt }: McpRequestInfo): string =>
  [method, tool ?? prompt].filter((part) => part !== undefined).join(' ');

const requestAttributes = (request: McpRequestInfo): Attributes =>
  withoutUndefined({
    ...commonAttributes(request),
    'gen_ai.tool.name': request.tool,
    'gen_ai.prompt.name': request.prompt,
    'jsonrpc.request.id': String(request.id),
    'mcp.resource.uri': request.uri,
    'majordomo.mcp.server': request.server,
  });

const labelsOf = (request: McpRequestInfo, bounded: (name: string) => string): Attributes =>
  withoutUndefined({
    ...commonAttributes(request),
    'gen_ai.tool.name': request.tool && bounded(request.tool),
    'gen_ai.prompt.name': request.prompt && bounded(request.prompt),
  });

const commonAttributes = ({ method, tool, protocolVersion, transport }: McpRequestInfo) => ({
  'mcp.method.name': method,
  'gen_ai.operation.name': tool === undefined ? undefined : 'execute_tool',
  'mcp.protocol.version': protocolVersion,
  'network.transport': transport,
});

/** Failure of a request. `code`: code of JSON-RPC, if the response is an error. */
interface Failure {
  readonly type: string;
  readonly code?: string | undefined;
}

function failureOf(error: unknown): Failure {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (typeof code === 'number') return { type: String(code), code: String(code) };
  return { type: LlmError.is(error) ? error.kind : '_OTHER' };
}

const failureAttributes = (failure: Failure | undefined): Attributes =>
  withoutUndefined({ 'error.type': failure?.type, 'rpc.response.status_code': failure?.code });

const isErrorResult = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && Reflect.get(result, 'isError') === true;

/** Returns the trace context of a span as members of `_meta`. */
function outgoingMeta(current: Context): JsonObject {
  const carrier: Record<string, string> = {};
  ignoreErrors(() => {
    propagation.inject(current, carrier);
  });
  return withoutUndefined(Object.fromEntries(CONTEXT_KEYS.map((key) => [key, carrier[key]]))) as JsonObject;
}

/** Returns the parent of a served request: the client's span, linked to the ambient span of HTTP, or the ambient span. */
function parentOf(meta: JsonObject | undefined): { readonly parent: Context; readonly links: Link[] } {
  const ambient = context.active();
  const sent = ignoreErrors(() => propagation.extract(ROOT_CONTEXT, meta ?? {})) ?? ROOT_CONTEXT;
  const client = trace.getSpanContext(sent);
  if (client === undefined || !isSpanContextValid(client)) return { parent: ambient, links: [] };
  const http = trace.getSpanContext(ambient);
  const isLinked = http !== undefined && isSpanContextValid(http);
  return { parent: sent, links: isLinked ? [{ context: http }] : [] };
}
