import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { listenForRedirect } from '@majordomo/wire-kit/internal';
import { generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import { asLoginError, type Authority, type Tokens } from './authority.ts';
import type { LoginIo } from './options.ts';
import { showPrompt } from './show-prompt.ts';

/** Logs in with an authorization code and PKCE (S256). Redirects to a loopback address, or the user pastes the redirect URL. */
export async function browserLogin(authority: Authority, io: LoginIo, signal: AbortSignal): Promise<Tokens> {
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const redirect = await listenForRedirect({
    remedy: 'log in with the flow "device"',
    accepts: (query) => query.get('state') === state,
  });
  try {
    const login = { redirect: redirect.url, verifier, state };
    const url = await authority.authorizeUrl(login, signal);
    await showPrompt(io, { url }, signal);
    const answers = [redirect.answer, ...(io.paste === undefined ? [] : [pastedRedirect(io.paste, state)])];
    const answer = await abortable(Promise.race(answers), signal);
    const tokens = await authority.exchange(answer, login, signal);
    // The argument is whether the browser shows that the login has succeeded.
    await redirect.close(true);
    return tokens;
  } catch (error) {
    await redirect.close(false);
    throw asLoginError(error, 'the login');
  }
}

async function pastedRedirect(paste: NonNullable<LoginIo['paste']>, state: string): Promise<URLSearchParams> {
  let text: unknown;
  try {
    text = await paste();
  } catch (cause) {
    throw new LlmError('auth', 'oauth: `paste` failed; see the cause', { code: 'login-failed' }, { cause });
  }
  return parsePasted(typeof text === 'string' ? text : '', state);
}

/** Parses the complete redirect address, `?code=…&state=…`, or `code=…&state=…`. Throws for the state of another login. */
function parsePasted(text: string, state: string): URLSearchParams {
  const trimmed = text.trim();
  const url = URL.parse(trimmed);
  const answer = new URLSearchParams(url?.search ?? trimmed.slice(trimmed.indexOf('?') + 1));
  if (answer.get('state') === state) return answer;
  throw new LlmError(
    'auth',
    'oauth: the pasted URL does not belong to this login; paste the complete URL that the browser shows',
    { code: 'login-failed' },
  );
}
