import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { LoginIo } from './options.ts';

type Prompt = Parameters<LoginIo['show']>[0];

/** Shows a prompt until the signal aborts. If the application's `show` fails, rejects with an error that names `show`. */
export const showPrompt = (io: LoginIo, prompt: Prompt, signal: AbortSignal): Promise<void> =>
  abortable(show(io, prompt), signal);

async function show(io: LoginIo, prompt: Prompt): Promise<void> {
  try {
    await io.show(prompt);
  } catch (cause) {
    throw new LlmError(
      'auth',
      'oauth: `show` failed to show the prompt',
      { code: 'login-failed' },
      { cause },
    );
  }
}
