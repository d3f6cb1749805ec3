import { fileURLToPath } from 'node:url';
import { createAgent } from '@majordomo/agent';
import { LlmError, type ChatModel } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import { mcpApps, type McpToolbox } from '@majordomo/mcp';
import { fromUiMessages, uiMessageResponse } from '@majordomo/ui';
import { build } from 'esbuild';

/** Options of the chat. Connect `toolbox` with `apps: true`. */
export interface AppsChatOptions {
  readonly model: ChatModel;
  readonly toolbox: McpToolbox;
  /** Address of `sandbox` on an origin that serves nothing else, because apps must not reach the chat's cookies. */
  readonly sandboxUrl: string;
}

const html = (body: string): Response =>
  new Response(`<!doctype html><meta charset="utf-8">${body}`, { headers: { 'content-type': 'text/html' } });

/** Bundles the script of a page. */
export async function script(page: string): Promise<string> {
  const entry = fileURLToPath(new URL(`../page/${page}`, import.meta.url));
  const define = { 'process.env.NODE_ENV': '"production"' };
  const options = { bundle: true, format: 'esm', jsx: 'automatic', minify: true, write: false } as const;
  const { outputFiles } = await build({ ...options, define, entryPoints: [entry] });
  return outputFiles[0]?.text ?? '';
}

/** Returns the handler of a chat that shows MCP Apps. Its page is `page/mcp-apps.tsx`. Authorize its requests first. */
export function appsChat({ model, toolbox, sandboxUrl }: AppsChatOptions) {
  const agent = createAgent({ model, toolboxes: [toolbox] });
  const apps = mcpApps([toolbox]);
  const page = script('mcp-apps.tsx');
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === '/apps') return apps.fetch(request);
    if (pathname === '/mcp-apps.js')
      return new Response(await page, { headers: { 'content-type': 'text/javascript' } });
    if (pathname !== '/chat')
      return html(
        `<main data-sandbox="${sandboxUrl}"></main><script type="module" src="/mcp-apps.js"></script>`,
      );
    try {
      const { messages } = (await readJson(request)) as { readonly messages: unknown };
      const input = await fromUiMessages(messages);
      return uiMessageResponse(agent.stream(input.run), { input, apps, signal: request.signal });
    } catch (error) {
      if (LlmError.is(error, 'invalid-request')) return new Response(error.message, { status: 400 });
      throw error;
    }
  };
}

/** Answers requests on the origin of the sandbox. Its script is `page/mcp-sandbox.ts`. */
export async function sandbox(): Promise<Response> {
  return html(`<script type="module">${await script('mcp-sandbox.ts')}</script>`);
}
