import type { EmbeddingResponse } from '../../contract/embedding.ts';
import { LlmError, type Attempt } from '../../contract/llm-error.ts';
import type { Part } from './part.ts';

/** Requests of one call that are under way at a time. */
const AT_A_TIME = 4;

/**
 * Asks for every part, a few at a time. After a failure none is begun any more, and those under way are waited for: they
 * are paid for.
 *
 * @param attempts is given those of each part as it ends
 */
export async function allParts(
  parts: readonly Part[],
  ask: (part: Part) => Promise<EmbeddingResponse>,
  attempts: Attempt[],
): Promise<readonly EmbeddingResponse[]> {
  const answers: EmbeddingResponse[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (failures.length === 0) {
      const at = next++;
      const part = parts[at];
      if (part === undefined) return;
      try {
        const answer = await ask(part);
        answers[at] = answer;
        attempts.push(...answer.attempts);
      } catch (error) {
        failures.push(error);
        if (LlmError.is(error)) attempts.push(...error.details.attempts);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  if (failures.length > 0) throw failures[0];
  return answers;
}
