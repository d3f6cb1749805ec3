import type { ModelRequest } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/**
 * The caller's `extra`, whose tools that run at the vendor stand next to those of the request. A list with functions of
 * its own is the whole list.
 */
export function besideTools(
  extra: ModelRequest['extra'],
  tools: readonly object[] | undefined,
): ModelRequest['extra'] {
  const own = extra['tools'];
  if (tools === undefined || !Array.isArray(own) || own.some(isFunction)) return extra;
  return { ...extra, tools: [...tools, ...(own as readonly unknown[])] };
}

const isFunction = (tool: unknown): boolean => isRecord(tool) && tool['type'] === 'function';
