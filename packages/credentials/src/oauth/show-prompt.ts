import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { LoginIo } from './options.ts';

/** Shows a prompt until the signal aborts. Reports an error of the application's `show` as such. */
export async function showPrompt(
  io: LoginIo,
  prompt: Parameters<LoginIo['show']>[0],
  signal: AbortSignal,
): Promise<void> {
  await abortable(show(io, prompt), signal);
}

async function show(io: LoginIo, prompt: Parameters<LoginIo['show']>[0]): Promise<void> {
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
