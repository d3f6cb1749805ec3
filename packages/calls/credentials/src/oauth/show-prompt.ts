import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { LoginIo } from './options.ts';

type Prompt = Parameters<LoginIo['show']>[0];

/** Calls `show` with the prompt. Rejects if `show` fails, or if the signal aborts before `show` has ended. */
export const showPrompt = (io: LoginIo, prompt: Prompt, signal: AbortSignal): Promise<void> =>
  abortable(show(io, prompt), signal);

async function show(io: LoginIo, prompt: Prompt): Promise<void> {
  try {
    await io.show(prompt);
  } catch (cause) {
    throw new LlmError(
      'auth',
      'oauth: `show` failed to show the prompt; see the cause',
      { code: 'login-failed' },
      { cause },
    );
  }
}
