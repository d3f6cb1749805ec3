import { errorFromJson } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { CancelledError, TerminalError } from '@restatedev/restate-sdk';
import { expect, it } from 'vitest';
import { runFailure, terminalError } from '../src/terminal.ts';

it('preserves all details of a model error', () => {
  const { metadata } = terminalError(new LlmError('billing', 'no money', { status: 402 }));
  expect(errorFromJson(metadata?.['failure'])).toMatchObject({
    kind: 'billing',
    message: 'no money',
    details: { status: 402 },
  });
});

it('converts a cancellation and a terminal error', () => {
  expect(runFailure(new CancelledError())?.kind).toBe('aborted');
  expect(runFailure(new TerminalError('too large'))).toMatchObject({ kind: 'server', message: 'too large' });
});

it('does not convert other errors, so that Restate retries', () => {
  expect(runFailure(new TypeError('of a hook'))).toBeUndefined();
});
