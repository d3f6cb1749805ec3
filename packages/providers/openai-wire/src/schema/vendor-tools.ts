import type { ModelRequest } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/**
 * Adds the tools of the request to the vendor tools in the `tools` of the caller's `extra`. If this list in `extra`
 * contains a function, it replaces the tools of the request.
 */
export function mergeVendorTools(
  extra: ModelRequest['extra'],
  tools: readonly object[] | undefined,
): ModelRequest['extra'] {
  const own = extra['tools'];
  if (tools === undefined || !Array.isArray(own) || own.some(isFunction)) return extra;
  return { ...extra, tools: [...tools, ...(own as readonly unknown[])] };
}

const isFunction = (tool: unknown): boolean => isRecord(tool) && tool['type'] === 'function';
