import type { ServerNotice } from '@majordomo/mcp/internal';
import type { McpServer, ServerEvent } from '@modelcontextprotocol/server';
import type { Names } from './names.ts';
import type { ClientSubscriptions } from './subscriptions.ts';

/** Session of a client of protocol 2025. */
export interface Session {
  readonly server: McpServer;
  readonly subscriptions: ClientSubscriptions;
}

/** Kinds of the SDK's events, by the method of the notification. */
const KINDS: Readonly<
  Record<string, 'tools_list_changed' | 'prompts_list_changed' | 'resources_list_changed'>
> = {
  'notifications/tools/list_changed': 'tools_list_changed',
  'notifications/prompts/list_changed': 'prompts_list_changed',
  'notifications/resources/list_changed': 'resources_list_changed',
};

/** Returns the event of a notice for clients of protocol 2026 that listen. */
export function eventOf(
  names: Names,
  server: string,
  { method, params = {} }: ServerNotice,
): ServerEvent | undefined {
  const kind = KINDS[method];
  if (kind !== undefined) return { kind };
  const { uri } = params;
  return typeof uri === 'string' ? { kind: 'resource_updated', uri: names.outerUri(server, uri) } : undefined;
}

/** Notifies the client of a session, of a resource only if it has subscribed to it. */
export function notifySession(
  { server: mcpServer, subscriptions }: Session,
  names: Names,
  server: string,
  { method, params = {} }: ServerNotice,
): void {
  const { uri } = params;
  if (typeof uri === 'string' && !subscriptions.has(server, uri)) return;
  const renamed = typeof uri === 'string' ? { ...params, uri: names.outerUri(server, uri) } : params;
  // The client may have disconnected.
  mcpServer.server.notification({ method, params: renamed }).catch(() => undefined);
}
