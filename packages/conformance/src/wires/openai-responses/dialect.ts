/** Differences of a Responses server from OpenAI. */
export interface ResponsesDialect {
  /** Arguments in the last event of a call; `empty` sends `{}` regardless of the deltas (LM Studio, 2026-01). */
  readonly callsEnd?: 'complete' | 'empty' | undefined;
}
