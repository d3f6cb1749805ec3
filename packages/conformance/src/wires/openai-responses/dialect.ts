/** How a server of the Responses wire differs from OpenAI's own. */
export interface ResponsesDialect {
  /** What stands in the last event of a call; `empty`: `{}`, whatever came before (LM Studio, 2026-01). */
  readonly callsEnd?: 'complete' | 'empty' | undefined;
}
