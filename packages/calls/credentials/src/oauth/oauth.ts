import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { Authority } from './authority.ts';
import { browserLogin } from './browser-login.ts';
import { deviceLogin } from './device-login.ts';
import { checkOptions, type LoginIo, type OAuthOptions, type TokenSource } from './options.ts';
import { Refresher } from './refresher.ts';

const LOGIN_MS = 300_000;

/** Returns a login whose tokens are stored in a vault and refreshed before they expire. Throws `config` for invalid options. */
export function oauth(options: OAuthOptions): TokenSource {
  checkOptions(options);
  const { vault, name, clock = systemClock } = options;
  const authority = new Authority(options, () => clock.now());
  const refresher = new Refresher(options, authority, clock);
  return {
    credential: ({ signal, rejected }) => refresher.token(signal, rejected),
    login: (io, flow = 'browser') =>
      withDeadline(io, clock, async (signal) => {
        const run = flow === 'browser' ? browserLogin : deviceLogin;
        const tokens = await run(authority, io, signal, clock);
        const storing = vault.update(name, (now) => {
          signal.throwIfAborted();
          return { kind: 'oauth', ...tokens, label: now?.label };
        });
        await abortable(storing, signal);
      }),
    async logout() {
      const entry = await vault.get(name);
      try {
        if (entry !== undefined)
          await authority.revoke((entry.refresh ?? entry.value).reveal(), new AbortController().signal);
      } catch {
        // Remove the token from the vault even if the authority fails.
      }
      await vault.update(name, () => undefined);
    },
    async status() {
      const entry = await vault.get(name);
      if (entry === undefined) return 'absent';
      if (entry.dead !== undefined) return 'login-required';
      return (entry.expiresAt ?? Infinity) <= clock.now() && entry.refresh === undefined ? 'expired' : 'ok';
    },
  };
}

/** Runs the login. Rejects with `aborted` if the caller's signal aborts, or with `login-expired` after the time limit. */
async function withDeadline(
  io: LoginIo,
  clock: Clock,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { timeoutMs = LOGIN_MS, signal } = io;
  const late = new AbortController();
  const cancel = clock.timer(timeoutMs, () => {
    late.abort(
      new LlmError('auth', `oauth: the login took longer than ${timeoutMs / 1000} s; start it again`, {
        code: 'login-expired',
      }),
    );
  });
  const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  try {
    if (signal?.aborted === true) throw aborted(signal);
    await run(either);
  } catch (error) {
    if (signal?.aborted === true) throw aborted(signal);
    late.signal.throwIfAborted();
    throw error;
  } finally {
    cancel();
  }
}

const aborted = (signal: AbortSignal): LlmError =>
  new LlmError('aborted', 'oauth: the login was aborted', {}, { cause: signal.reason });
