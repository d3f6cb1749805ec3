import { LlmError } from '@majordomo/core';
import { expect, it } from 'vitest';
import { sessionCall } from './session-call.ts';

const open = ({ target }: { readonly target: string }) => ({
  target,
  toLlmError: (cause: unknown) => new LlmError('network', target, { target }, { cause }),
});
const context = { target: 'a/m', signal: new AbortController().signal };

it('returns the result of the session', async () => {
  expect(await sessionCall(open, context, ({ target }) => Promise.resolve(target))).toBe('a/m');
});

it('converts an error, also of a call that throws before it waits', async () => {
  const cause = new Error('no');
  const rejected = sessionCall(open, context, () => Promise.reject(cause));
  await expect(rejected).rejects.toMatchObject({ kind: 'network', cause });
  const thrown = sessionCall(open, context, () => {
    throw cause;
  });
  await expect(thrown).rejects.toMatchObject({ kind: 'network', cause });
});

it('throws the reason of an abort instead of the error that it caused', async () => {
  const reason = new Error('stop');
  const aborted = { target: 'a/m', signal: AbortSignal.abort(reason) };
  await expect(sessionCall(open, aborted, () => Promise.reject(new Error('no')))).rejects.toBe(reason);
});
