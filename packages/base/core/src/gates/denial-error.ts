import type { Denial } from '../types/gate.ts';
import { LlmError } from '../types/llm-error.ts';

/** Returns the error of an attempt, or of work such as a batch, that a gate or the ledger has denied. */
export function denialError(problem: string, target: string, denial: Denial, cause?: unknown): LlmError {
  const { code, publicMessage, retryAfterMs } = denial;
  return new LlmError('denied', problem, { target, code, publicMessage, retryAfterMs }, { cause });
}
