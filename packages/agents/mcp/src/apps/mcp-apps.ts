import { LlmError } from '@majordomo/core';
import type { McpToolbox } from '../options.ts';
import { hostOf, type AppHost } from '../client/app-host.ts';
import type { McpAppMetadata, McpApps } from './options.ts';
import { APP_TYPE, appUriOf, isVisibleTo, visibilityOf } from '../tool-app.ts';

/**
 * Returns the apps of toolboxes that were connected with `apps: true`. Throws `config` for another toolbox, and for two toolboxes of
 * the same name.
 *
 * @example
 * const apps = mcpApps([flights]);
 * uiMessageResponse(events, { input, apps });
 */
export function mcpApps(toolboxes: readonly McpToolbox[]): McpApps {
  const hosts = new Map<string, AppHost>();
  for (const [at, toolbox] of toolboxes.entries()) {
    const path = `toolboxes[${at}]`;
    const host = hostOf(toolbox);
    if (host === undefined)
      throw new LlmError('config', `mcpApps: ${path} must be connected with apps: true`, { path });
    if (hosts.has(toolbox.name))
      throw new LlmError('config', `mcpApps: two toolboxes are named "${toolbox.name}"; rename one`, {
        path,
      });
    hosts.set(toolbox.name, host);
  }
  return {
    part(name, callId, content) {
      for (const [server, host] of hosts) {
        const app = appOf(name, server, host);
        if (app !== undefined) return { app, output: host.appResults?.resultOf(callId, content) };
      }
      return undefined;
    },
    async fetch(request) {
      const { answerApp } = await import('./answer-app.ts');
      return answerApp(request, hosts);
    },
  };
}

/** Returns the app of a tool; `undefined` if the server offers no such tool, or the tool has no app. */
function appOf(toolName: string, server: string, { offered }: AppHost): McpAppMetadata | undefined {
  const listed = offered.find(({ tool }) => tool.name === toolName)?.listed;
  const resourceUri = listed && appUriOf(listed);
  if (listed === undefined || resourceUri === undefined) return undefined;
  const visibility = visibilityOf(listed);
  return {
    resourceUri,
    mimeType: APP_TYPE,
    server,
    tools: offered.flatMap((one) => (isVisibleTo('app', one.listed) ? [one.listed.name] : [])),
    ...(visibility !== undefined && { visibility }),
  };
}
