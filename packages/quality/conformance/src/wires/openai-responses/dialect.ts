/** Differences between a server's Responses API and OpenAI's. */
export interface ResponsesDialect {
  /** Arguments in the last event of a call. `empty`: always `{}` (LM Studio, 2026-01). `@default 'complete'` */
  readonly callsEnd?: 'complete' | 'empty' | undefined;
}
