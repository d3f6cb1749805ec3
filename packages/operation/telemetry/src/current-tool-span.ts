import { context, createContextKey, type Context } from '@opentelemetry/api';
import type { SafeSpan } from './safe-span.ts';

const TOOL_SPAN = createContextKey('majordomo: span of a tool call');

/** Returns the context of a tool call's span, in which `currentToolSpan` finds the span. */
export const withToolSpan = (span: SafeSpan): Context => span.context.setValue(TOOL_SPAN, span);

/** Returns the span of a tool call if it is the current span. */
export function currentToolSpan(): SafeSpan | undefined {
  const current = context.active();
  const span = current.getValue(TOOL_SPAN) as SafeSpan | undefined;
  return span?.isCurrentIn(current) === true ? span : undefined;
}
