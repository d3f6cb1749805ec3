import { errorFromJson } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { CancelledError, TerminalError } from '@restatedev/restate-sdk';
import { expect, it } from 'vitest';
import { runFailure, terminal } from '../src/terminal.ts';

it('hands on all that is known of a model error', () => {
  const { metadata } = terminal(new LlmError('billing', 'no money', { status: 402 }));
  expect(errorFromJson(metadata?.['failure'])).toMatchObject({
    kind: 'billing',
    message: 'no money',
    details: { status: 402 },
  });
});

it('knows what ends a run: a cancellation, and what Restate will not try again', () => {
  expect(runFailure(new CancelledError())?.kind).toBe('aborted');
  expect(runFailure(new TerminalError('too large'))).toMatchObject({ kind: 'server', message: 'too large' });
});

it('leaves bugs to be tried again', () => {
  expect(runFailure(new TypeError('of a hook'))).toBeUndefined();
});
