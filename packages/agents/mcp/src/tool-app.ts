import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import type { Tool as ListedTool } from '@modelcontextprotocol/client';

/** Media type of an app (MCP Apps, 2026-01-26). */
export const APP_TYPE = 'text/html;profile=mcp-app';

/** Extension of MCP for apps. */
export const APPS_EXTENSION = 'io.modelcontextprotocol/ui';

type Metadata = Pick<ListedTool, '_meta'>;
type Caller = 'model' | 'app';

/** Returns the address of a tool's app. The key `ui/resourceUri` is that of earlier drafts, which servers still send. */
export function appUriOf({ _meta }: Metadata): string | undefined {
  const meta = asRecord(_meta);
  const uri = asText(asRecord(meta['ui'])['resourceUri']) ?? asText(meta['ui/resourceUri']);
  return uri?.startsWith('ui://') === true ? uri : undefined;
}

/** Returns the callers that the server names for a tool. `undefined`: models and apps. Empty if the value of the server is invalid. */
export function visibilityOf({ _meta }: Metadata): readonly Caller[] | undefined {
  const { visibility } = asRecord(asRecord(_meta)['ui']);
  if (visibility === undefined) return undefined;
  return asList(visibility).filter((caller) => caller === 'model' || caller === 'app');
}

/** Whether a model or an app may call a tool. */
export const isVisibleTo = (caller: Caller, tool: Metadata): boolean =>
  visibilityOf(tool)?.includes(caller) ?? true;
