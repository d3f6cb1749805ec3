/** Differences between a server's Responses API and OpenAI's. */
export interface ResponsesDialect {
  /** Arguments in the last event of a call. `empty`: `{}`, whatever the deltas contained (LM Studio, 2026-01). */
  readonly callsEnd?: 'complete' | 'empty' | undefined;
}
