import { stringifyList, wellFormedJson } from '@majordomo/wire-kit';
import type { WireRequest } from './request.ts';

/**
 * Serializes the body. Lone surrogates become U+FFFD because the API rejects them. Messages that were sent before are not
 * serialized again.
 */
export function serializeBody(params: WireRequest['params'], stream: boolean): string {
  const { messages, tools, ...rest } = params;
  const hasTools = tools !== undefined && tools.length > 0;
  const head = JSON.stringify({ ...rest, ...(stream && { stream }), ...(hasTools && { tools }) });
  return `${wellFormedJson(head).slice(0, -1)},"messages":${stringifyList(messages)}}`;
}
