import type { AssistantPart, LlmError, Usage } from '@majordomo/core';
import { asList, asNumber, asRecord } from '@majordomo/core/toolkit';
import {
  deliveryOf,
  reasoningOf,
  recordings,
  sha256,
  testRecordings,
  type Expected,
} from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { expect } from 'vitest';
import { createAnthropic } from '../src/index.ts';
import { callModel } from './calls.ts';
import { EXCEPTIONS } from './exceptions.ts';

testRecordings({
  title: 'recordings of the Messages wire',
  cases: recordings('anthropic-messages'),
  moreThan: 50,
  exceptions: EXCEPTIONS,
  cuts: [
    ['one piece', 'complete'],
    ['pieces at random', 'random'],
    ['single bytes', 'bytes'],
  ],
  play: (baseURL, recording) =>
    callModel(createAnthropic({ apiKey: 'k', baseURL }), {}, { delivery: deliveryOf(recording) }),
  check(response, { expected }) {
    expect(facts(response)).toEqual(expectedFacts(expected));
  },
});

/** Returns the members in which recordings and calls are compared. */
const facts = ({ error, text, parts, toolCalls, rawFinish, usage }: Collected): object =>
  error === undefined
    ? {
        text,
        reasoning: reasoningOf(parts),
        toolCalls: toolCalls.map(({ id, name, args, invalid }) => ({ id, name, args, invalid })),
        rawFinish,
        usage: totals(usage),
        signatures: parts.flatMap(signatureOf),
      }
    : { kind: coarse(error), status: error.details.status };

const totals = (usage: Usage | undefined) =>
  usage && {
    input: usage.input,
    output: usage.output,
    cacheRead: usage.cacheRead,
    cacheWrite: usage.cacheWrite,
    reasoning: usage.reasoning,
  };

const signatureOf = (part: AssistantPart): string[] => {
  const data = part.replay?.data as { signature?: string; redacted?: string } | undefined;
  const token = data?.signature ?? data?.redacted;
  return token === undefined ? [] : [sha256(token)];
};

/** Returns the kind of the corpus, which derives kinds from the status only. */
const coarse = ({ kind }: LlmError): string => (kind === 'context-overflow' ? 'invalid-request' : kind);

function expectedFacts(expected: Expected): unknown {
  if (expected.error !== null) return { kind: expected.error.kind, status: expected.error.status };
  return {
    text: expected.text,
    reasoning: expected.reasoning,
    toolCalls: expected.toolCalls.map(({ id, name, arguments: args, argumentsForm }) => ({
      id,
      name,
      args: argumentsForm === 'empty-string' ? {} : typeof args === 'string' ? JSON.parse(args) : args,
      invalid: undefined,
    })),
    rawFinish: expected.finishReasonRaw ?? undefined,
    usage: expectedUsage(expected.usageRaw),
    signatures: expected.signatures.map(({ sha256: hash }) => hash),
  };
}

const addDefined = (total: number | undefined, more: number): number | undefined =>
  total === undefined ? undefined : total + more;

function expectedUsage(raw: Expected['usageRaw']): unknown {
  if (raw === null) return undefined;
  const count = (name: string): number | undefined => {
    const value = raw[name];
    return typeof value === 'number' ? value : undefined;
  };
  const cacheRead = count('cache_read_input_tokens');
  const cacheWrite = count('cache_creation_input_tokens');
  // The totals of the recordings exclude compactions.
  const compacted = asList(raw['iterations'])
    .map(asRecord)
    .filter(({ type }) => type === 'compaction');
  const more = (name: string): number =>
    compacted.reduce((sum, round) => sum + (asNumber(round[name]) ?? 0), 0);
  const details = raw['output_tokens_details'] as { thinking_tokens?: number } | undefined;
  return {
    input: (count('input_tokens') ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0) + more('input_tokens'),
    output: addDefined(count('output_tokens'), more('output_tokens')),
    cacheRead,
    cacheWrite,
    reasoning: details?.thinking_tokens,
  };
}
