import { createHash } from 'node:crypto';
import { NodeHttpHandler } from '@smithy/node-http-handler';
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
import { createBedrock } from '../src/index.ts';

const sessions = sequences('bedrock-converse');

/** Ids and signatures of the earlier turns in a request. */
interface EchoedTurns {
  readonly ids: readonly string[];
  readonly results: readonly string[];
  readonly signatures: readonly string[];
}

describe.skipIf(!hasRecordings)(`recorded tool loops${skippedNote}`, () => {
  it.each(sessions.map(({ id, steps }) => [id, steps] as const))(
    '%s: the next request contains what the vendor accepted',
    async (_id, steps) => {
      await using server = await playedInTurn(steps);
      const model = createBedrock({
        region: 'us-east-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
        baseURL: server.origin,
        requestHandler: () => new NodeHttpHandler(),
      }).model(modelOf(steps[0]));
      const messages: TurnMessage[] = [user(textOf(steps[0]))];
      const tools = toolsOf(steps[0]);
      for (const [at, step] of steps.entries()) {
        const delivery = deliveryOf(step);
        const collected = await collect(model, requestOf({ messages, tools }), contextOf({ delivery }));
        expect(collected.error).toBeUndefined();
        expect(echoedTurns(server.requests[at]?.body)).toEqual(echoedTurns(step.request?.body));
        const next = steps[at + 1];
        if (next !== undefined)
          messages.push({ role: 'assistant', parts: collected.parts }, ...following(next, collected));
      }
    },
  );
});

const modelOf = (step: Recording | undefined): string =>
  decodeURIComponent(/\/model\/([^/]+)\//.exec(step?.request?.path ?? '')?.[1] ?? '');

type Block = Readonly<Record<string, JsonObject | undefined>> & { readonly text?: string };
type Body = {
  readonly messages?: readonly { readonly role: string; readonly content: readonly Block[] }[];
  readonly toolConfig?: { readonly tools: readonly { readonly toolSpec: { readonly name: string } }[] };
};
const bodyOf = (step: Recording | undefined): Body => step?.request?.body ?? {};
const textOf = (step: Recording | undefined): string =>
  bodyOf(step).messages?.at(-1)?.content[0]?.text ?? 'hi';
const toolsOf = (
  step: Recording | undefined,
): { name: string; description: string; parameters: JsonObject }[] =>
  bodyOf(step).toolConfig?.tools.map(({ toolSpec: { name } }) => ({
    name,
    description: '',
    parameters: { type: 'object' },
  })) ?? [];

/** Returns the next message of the recording client: results for the calls in this transcript, or a new question. */
function following(step: Recording, { toolCalls }: Collected): readonly TurnMessage[] {
  if (toolCalls.length === 0) return [user(textOf(step))];
  return [toolResult(toolCalls.map(({ id: callId, name }) => ({ callId, name, content: 'ok' })))];
}

function echoedTurns(body: unknown): EchoedTurns {
  const blocks = (body as Body).messages?.flatMap(({ content }) => content) ?? [];
  return {
    ids: blocks.flatMap(({ toolUse }) => (toolUse === undefined ? [] : [String(toolUse['toolUseId'])])),
    results: blocks.flatMap(({ toolResult: result }) =>
      result === undefined ? [] : [String(result['toolUseId'])],
    ),
    signatures: blocks.flatMap(({ reasoningContent }) => {
      const { signature } = (reasoningContent?.['reasoningText'] ?? {}) as { readonly signature?: string };
      return signature === undefined ? [] : [createHash('sha256').update(signature).digest('hex')];
    }),
  };
}
