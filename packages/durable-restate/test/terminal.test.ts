import { errorFrom } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { CancelledError, TerminalError } from '@restatedev/restate-sdk';
import { expect, it } from 'vitest';
import { asTerminal } from '../src/terminal.ts';

const live = new AbortController().signal;
const failureIn = (error: unknown): LlmError | undefined =>
  error instanceof TerminalError ? errorFrom(error.metadata?.['failure']) : undefined;

it('ends a run by a model error, with all that is known of it', () => {
  const failure = failureIn(asTerminal(new LlmError('billing', 'no money', { status: 402 }), live));
  expect(failure).toMatchObject({ kind: 'billing', message: 'no money', details: { status: 402 } });
});

it('ends a run that was cancelled as aborted', () => {
  expect(failureIn(asTerminal(new CancelledError(), live))?.kind).toBe('aborted');
});

it('leaves bugs, and attempts that are over, to be tried again', () => {
  const bug = new TypeError('of a hook');
  const late = new LlmError('aborted', 'the attempt is over');
  expect([asTerminal(bug, live), asTerminal(late, AbortSignal.abort())]).toEqual([bug, late]);
});
