import { expect, it } from 'vitest';
import { createRedactor } from '@majordomo/redact';
import { NEGATIVES } from '../../../base/redact/test/negatives.ts';
import { POSITIVES } from '../../../base/redact/test/positives.ts';
import { cleanTrajectory, type LineFormat } from '../src/clean-trajectory.ts';
import type { Trajectory } from '../src/index.ts';
import { plain } from './support/runs.ts';

const redactor = createRedactor();

/** A text in every place where a run may have one. */
const everywhere = (text: string): Trajectory => ({
  ...plain('a', text),
  system: text,
  messages: [
    { role: 'user', parts: [{ type: 'text', text }] },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text },
        { type: 'tool-call', id: 'c', name: 'shell', args: { run: [text] } },
      ],
    },
    {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'c', name: 'shell', content: [{ type: 'text', text }] }],
    },
  ],
  metadata: { note: { deep: text } },
});

it.each<LineFormat>(['majordomo', 'sharegpt'])('no kind of secret is left in a line of %s', (format) => {
  const leaked = POSITIVES.filter(({ text, secret }) => {
    const cleaned = cleanTrajectory(everywhere(text), format, redactor);
    return !('line' in cleaned) || cleaned.line.includes(JSON.stringify(secret).slice(1, -1));
  });
  expect(leaked.map(({ kind }) => kind)).toEqual([]);
});

it.each<LineFormat>(['majordomo', 'sharegpt'])('nothing harmless is put aside or lost from %s', (format) => {
  const lost = NEGATIVES.filter((text) => {
    const cleaned = cleanTrajectory(everywhere(text), format, redactor);
    return !('line' in cleaned) || !cleaned.line.includes(JSON.stringify(text).slice(1, -1));
  });
  expect(lost).toEqual([]);
});
