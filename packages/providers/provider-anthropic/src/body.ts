import { wellFormedJson } from '@majordomo/wire-kit';
import { stringifyList } from '@majordomo/wire-kit/internal';
import type { WireRequest } from './request.ts';

/**
 * Serializes the request body. Replaces lone surrogates with U+FFFD because the API rejects them. Reuses the cached JSON of
 * messages that an earlier request contained.
 */
export function serializeBody(params: WireRequest['params'], stream: boolean): string {
  const { messages, tools, ...rest } = params;
  const hasTools = tools !== undefined && tools.length > 0;
  const head = JSON.stringify({ ...rest, ...(stream && { stream }), ...(hasTools && { tools }) });
  return `${wellFormedJson(head).slice(0, -1)},"messages":${stringifyList(messages)}}`;
}
