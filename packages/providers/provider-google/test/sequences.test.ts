import { createHash } from 'node:crypto';
import {
  contextOf,
  deliveryOf,
  hasRecordings,
  playedInTurn,
  requestOf,
  sequences,
  skippedNote,
  type Recording,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { toolResult, user, type JsonObject, type TurnMessage } from '@majordomo/core';
import { createGoogle } from '../src/index.ts';

const sessions = sequences('gemini-generate');

/** Calls and signatures of the earlier turns in a request. */
interface EchoedTurns {
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly signatures: readonly string[];
}

describe.skipIf(!hasRecordings)(`recorded tool loops${skippedNote}`, () => {
  it.each(sessions.map(({ id, steps }) => [id, steps] as const))(
    '%s: the next turn carries what was accepted',
    async (id, steps) => {
      await using server = await playedInTurn(steps);
      const platform = id.startsWith('vertex')
        ? { project: 'p', location: 'global', token: 't' }
        : { apiKey: 'k' };
      const model = createGoogle({ ...platform, baseURL: server.origin }).model(modelOf(steps[0]));
      const messages: TurnMessage[] = [user(textsOf(lastContent(steps[0])).join(''))];
      for (const [at, step] of steps.entries()) {
        const delivery = deliveryOf(step);
        const collected = await collect(model, requestOf({ messages }), contextOf({ delivery }));
        expect(collected.error).toBeUndefined();
        checkEcho(echoedTurns(server.requests[at]?.body), echoedTurns(step.request?.body), step);
        const next = steps[at + 1];
        if (next !== undefined)
          messages.push({ role: 'assistant', parts: collected.parts }, ...following(next, collected));
      }
    },
  );
});

/** Compares the earlier turns. Ids that the recording client generated may differ. */
function checkEcho(sent: EchoedTurns, recorded: EchoedTurns, { expected }: Recording): void {
  expect(sent.names).toEqual(recorded.names);
  for (const signature of recorded.signatures) expect(sent.signatures).toContain(signature);
  for (const id of expected.echo?.toolCallIdsEchoed ?? []) expect(sent.ids).toContain(id);
}

const modelOf = (step: Recording | undefined): string =>
  /models\/([^:/]+)/.exec(step?.request?.path ?? '')?.[1] ?? '';

type Content = { readonly role: string; readonly parts: readonly JsonObject[] };
const contentsOf = (body: unknown): readonly Content[] =>
  (body as { contents?: readonly Content[] } | undefined)?.contents ?? [];
const lastContent = (step: Recording | undefined): Content | undefined =>
  contentsOf(step?.request?.body).at(-1);
const textsOf = (content: Content | undefined): readonly string[] =>
  content?.parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])) ?? [];

/** Returns the next message of the recording client: results for the calls in this transcript, or a new question. */
function following(step: Recording, { toolCalls }: Collected): readonly TurnMessage[] {
  if (toolCalls.length === 0) return [user(textsOf(lastContent(step)).join(''))];
  return [toolResult(toolCalls.map(({ id: callId, name }) => ({ callId, name, content: 'ok' })))];
}

/** Returns the earlier turns of a request. Some clients use snake case, which the wire accepts. */
function echoedTurns(body: unknown): EchoedTurns {
  const parts = contentsOf(body).flatMap((content) => (content.role === 'model' ? content.parts : []));
  const calls = parts.flatMap(
    (part) => [part['functionCall'] ?? part['function_call']] as (JsonObject | undefined)[],
  );
  const functionCalls = calls.filter((call) => call !== undefined);
  return {
    names: functionCalls.map(({ name }) => String(name)),
    ids: functionCalls.map(({ id }) => String(id)),
    signatures: parts.flatMap(({ thoughtSignature }) =>
      typeof thoughtSignature === 'string'
        ? [createHash('sha256').update(thoughtSignature).digest('hex')]
        : [],
    ),
  };
}
