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
      for (const [server, { offered, appResults }] of hosts) {
        const found = offered.find(({ tool }) => tool.name === name);
        const uri = found && appUriOf(found.listed);
        if (found === undefined || uri === undefined) continue;
        const visibility = visibilityOf(found.listed);
        const app: McpAppMetadata = {
          resourceUri: uri,
          mimeType: APP_TYPE,
          server,
          tools: offered.flatMap(({ listed }) => (isVisibleTo('app', listed) ? [listed.name] : [])),
          ...(visibility !== undefined && { visibility }),
        };
        return { app, output: appResults?.resultOf(callId, content) };
      }
      return undefined;
    },
    async fetch(request) {
      const { answerApp } = await import('./answer-app.ts');
      return answerApp(request, hosts);
    },
  };
}
