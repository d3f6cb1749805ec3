import { LlmError, type Clock } from '@majordomo/core';
import { asLoginError, failureDetails, type Authority, type Tokens } from './authority.ts';
import type { LoginIo } from './options.ts';
import { showPrompt } from './show-prompt.ts';

/** Default polling interval in seconds, and the increase after `slow_down` (RFC 8628, section 3.5). */
const DEFAULT_INTERVAL_S = 5;
const SLOW_DOWN_S = 5;

/** Logs in with a code that the user enters on another device. Polls until the authority grants or refuses the login. */
export async function deviceLogin(
  authority: Authority,
  io: LoginIo,
  signal: AbortSignal,
  clock: Clock,
): Promise<Tokens> {
  try {
    const device = await authority.device(signal);
    const expiresAt = clock.now() + device.expires_in * 1000;
    if (!/^https?:\/\//i.test(device.verification_uri)) throw unsafeAddress();
    await showPrompt(io, { url: device.verification_uri, code: device.user_code, expiresAt }, signal);
    let intervalMs = Math.max(1, device.interval ?? DEFAULT_INTERVAL_S) * 1000;
    for (;;) {
      await clock.sleep(intervalMs, signal);
      if (clock.now() >= expiresAt) throw expired();
      const answer = await poll(authority, device.device_code, signal);
      if (typeof answer === 'object') return answer;
      if (answer === 'slow-down') intervalMs += SLOW_DOWN_S * 1000;
    }
  } catch (error) {
    throw asLoginError(error, 'the login');
  }
}

/** Polls once. Returns the tokens, `pending` if the user has not decided, or `slow-down` after a possibly temporary failure. */
async function poll(
  authority: Authority,
  code: string,
  signal: AbortSignal,
): Promise<Tokens | 'pending' | 'slow-down'> {
  try {
    return await authority.poll(code, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { code: errorCode, status } = failureDetails(error);
    if (errorCode === 'authorization_pending') return 'pending';
    if (errorCode === 'slow_down' || status === 429) return 'slow-down';
    const failure = asLoginError(error, 'the login');
    const { kind } = failure;
    if (kind === 'network' || kind === 'server' || kind === 'timeout') return 'slow-down';
    throw failure;
  }
}

/** Returns the error for an address that must not be shown, because terminals and pages may open it. */
const unsafeAddress = (): LlmError =>
  new LlmError('auth', 'oauth: the login URL of the server does not begin with https:// or http://', {
    code: 'login-failed',
  });

const expired = (): LlmError =>
  new LlmError('auth', 'oauth: the code expired before it was entered; start the login again', {
    code: 'login-expired',
  });
