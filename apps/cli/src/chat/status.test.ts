import { expect, it } from 'vitest';
import type { CallEvent } from '@majordomo/core';
import { createStatus } from './status.ts';

const call = { id: '1', spec: 'a/x', tenant: undefined, metadata: {} };
const attemptStart = (target: string): CallEvent => ({ type: 'attempt-start', call, target, attempt: 1 });

it('never overwrites part of an answer, and is erased before other output', () => {
  let written = '';
  let isFresh = false;
  const output = {
    isTerminal: true,
    colour: true,
    canErase: true,
    columns: 12,
    write: (text: string | Uint8Array) => {
      written += String(text);
    },
  };
  const status = createStatus(output, () => isFresh);
  status.onEvent(attemptStart('a/x'));
  expect(written).toBe('');
  isFresh = true;
  status.onEvent(attemptStart('a/name-that-is-long'));
  expect(written).toContain('a/name-tha\u001B');
  written = '';
  status.hide();
  status.clear();
  expect(written).toBe('\r\u001B[K');
});
