import { createMajordomo, LlmError, user } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import type { Timeline } from './timeline.ts';

/** One real call: keys and `LLM_*` DSNs come from the environment. Returns the process's exit code. */
export async function live(
  spec: string,
  prompt: string,
  timeline: Timeline,
  write: (text: string) => void,
): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  process.once('SIGINT', stop);
  try {
    const majordomo = createMajordomo({
      providers: [createOpenAI(), createAnthropic()],
      env: process.env,
      onEvent: timeline.onEvent,
    });
    timeline.title(`live: ${spec}`);
    const stream = majordomo
      .model(spec)
      .stream({ messages: [user(prompt)] }, { signal: controller.signal, afterCommit: 'restart' });
    for await (const event of stream) {
      if (event.type === 'text-delta') write(event.text);
      if (event.type === 'reset') write('\n  (started over)\n');
      if (event.type === 'finish') write('\n');
    }
    return 0;
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    write(`\n${error.kind}: ${error.message}\n`);
    return error.kind === 'aborted' ? 130 : 1;
  } finally {
    process.off('SIGINT', stop);
  }
}
