import { LlmError } from '@majordomo/core';
import { generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import { asLoginError, type Authority, type Tokens } from './authority.ts';
import { listenForRedirect } from './loopback.ts';
import type { LoginIo } from './options.ts';
import { isSame } from './same-text.ts';
import { shown, whenAborted } from './shown.ts';

/** Authorization code with PKCE (S256): the answer comes to a loopback address, or is pasted. */
export async function browserLogin(authority: Authority, io: LoginIo, signal: AbortSignal): Promise<Tokens> {
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const redirect = await listenForRedirect(state);
  try {
    await shown(io, { url: await authority.authorizeUrl(redirect.url, verifier, state, signal) }, signal);
    const answer = await Promise.race([
      redirect.answer,
      ...(io.paste === undefined ? [] : [pasted(io.paste, state)]),
      whenAborted(signal),
    ]);
    const tokens = await authority.exchange(answer, redirect.url, verifier, state, signal);
    await redirect.close(true);
    return tokens;
  } catch (error) {
    await redirect.close(false);
    throw asLoginError(error, 'the login');
  }
}

async function pasted(paste: NonNullable<LoginIo['paste']>, state: string): Promise<URLSearchParams> {
  let text: unknown;
  try {
    text = await paste();
  } catch (cause) {
    throw new LlmError(
      'auth',
      'nothing could be pasted: `paste` failed',
      { code: 'login-failed' },
      { cause },
    );
  }
  return fromPaste(typeof text === 'string' ? text : '', state);
}

/** The whole address, `?code=…&state=…`, or `code=…&state=…`. A bare code proves nothing: a state was sent. */
function fromPaste(text: string, state: string): URLSearchParams {
  const trimmed = text.trim();
  const url = URL.parse(trimmed);
  const query = url?.search ?? trimmed.slice(trimmed.indexOf('?') + 1);
  const answer = new URLSearchParams(query);
  if (!isSame(answer.get('state') ?? '', state)) {
    throw new LlmError(
      'auth',
      'what was pasted does not belong to this login: paste the whole address that the browser shows',
      {
        code: 'login-failed',
      },
    );
  }
  return answer;
}
