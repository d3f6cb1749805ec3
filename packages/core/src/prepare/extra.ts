import type { ChatRequest } from '../contract/request.ts';

const NOTHING: Readonly<Record<string, unknown>> = {};

/** What the caller adds for this target: the wire's entries first, then the provider's own over them. */
export function pickExtra(
  extra: ChatRequest['extra'],
  wire: string | undefined,
  providerId: string,
): Readonly<Record<string, unknown>> {
  if (extra === undefined) return NOTHING;
  return { ...(wire === undefined ? undefined : extra[wire]), ...extra[providerId] };
}
