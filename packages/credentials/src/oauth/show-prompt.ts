import { LlmError } from '@majordomo/core';
import type { LoginIo } from './options.ts';

/** Shows a prompt, until the signal aborts. An error of the application's `show` is reported as such. */
export async function showPrompt(
  io: LoginIo,
  prompt: Parameters<LoginIo['show']>[0],
  signal: AbortSignal,
): Promise<void> {
  await Promise.race([show(io, prompt), whenAborted(signal)]);
}

async function show(io: LoginIo, prompt: Parameters<LoginIo['show']>[0]): Promise<void> {
  try {
    await io.show(prompt);
  } catch (cause) {
    throw new LlmError(
      'auth',
      'the login prompt could not be shown: `show` failed',
      { code: 'login-failed' },
      { cause },
    );
  }
}

export function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
