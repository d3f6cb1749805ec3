import { TaskState } from '@a2a-js/sdk';
import { defineTool, suspend } from '@majordomo/agent';
import { describe, expect, it } from 'vitest';
import {
  answerOf,
  asTask,
  collect,
  decisionsPart,
  request,
  stateOf,
  statusText,
  world,
} from './support/world.ts';

const NONE = { type: 'object', properties: {} } as const;

describe('a served agent', () => {
  it('completes the task of a message', async () => {
    await using served = await world(['It is sunny.']);
    const client = await served.client();
    const task = asTask(await client.sendMessage(request('How is the weather?')));
    expect(stateOf(task)).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(answerOf(task)).toBe('It is sunny.');
    expect(answerOf(await client.getTask({ tenant: '', id: task.id }))).toBe('It is sunny.');
    expect(served.errors).toEqual([]);
  });

  it('streams a task, its answer, and its end', async () => {
    await using served = await world(['one two three']);
    const client = await served.client();
    const events = await collect(client.sendMessageStream(request('Count')));
    const kinds = events.map(({ payload }) => payload?.$case);
    expect([kinds[0], kinds[1], kinds.at(-2), kinds.at(-1)]).toEqual([
      'task',
      'artifactUpdate',
      'artifactUpdate',
      'statusUpdate',
    ]);
    expect(events.at(-2)?.payload?.value).toMatchObject({
      append: false,
      lastChunk: true,
      artifact: { parts: [{ content: { value: 'one two three' } }] },
    });
  });

  it('continues the conversation of a context', async () => {
    await using served = await world(['Hello Ada.', 'Your name is Ada.']);
    const client = await served.client();
    const { contextId, id } = asTask(await client.sendMessage(request('I am Ada')));
    const second = asTask(await client.sendMessage(request('Who am I?', { contextId })));
    expect(second.id).not.toBe(id);
    expect(answerOf(second)).toBe('Your name is Ada.');
    const sent = served.requests[1]?.request.messages ?? [];
    expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  it('requires input for an approval, and runs the call once it is approved', async () => {
    let deleted = 0;
    const tool = defineTool({
      name: 'delete_file',
      description: 'Deletes',
      parameters: NONE,
      approval: true,
      effect: 'once',
      run: () => {
        deleted++;
        return 'deleted';
      },
    });
    await using served = await world([{ toolCalls: [{ name: 'delete_file', args: {} }] }, 'Done.'], {}, [
      tool,
    ]);
    const client = await served.client();
    const waiting = asTask(await client.sendMessage(request('Delete it')));
    expect(stateOf(waiting)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    expect(statusText(waiting)).toContain('Approve delete_file({})?');
    const done = asTask(await client.sendMessage(request('approve', { taskId: waiting.id })));
    expect(stateOf(done)).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(deleted).toBe(1);
  });

  it('requires input for a suspended call, whose result is the text of the reply', async () => {
    const tool = defineTool({
      name: 'ask_user',
      description: 'Asks',
      parameters: NONE,
      run: () => suspend({ question: 'Which city?' }),
    });
    await using served = await world(
      [{ toolCalls: [{ name: 'ask_user', args: {} }] }, 'Sunny in Oslo.'],
      {},
      [tool],
    );
    const client = await served.client();
    const waiting = asTask(await client.sendMessage(request('Weather?')));
    expect(JSON.stringify(waiting.status?.message?.parts)).toContain('Which city?');
    const done = asTask(await client.sendMessage(request('Oslo', { taskId: waiting.id })));
    expect(answerOf(done)).toBe('Sunny in Oslo.');
    expect(JSON.stringify(served.requests[1]?.request.messages)).toContain('Oslo');
  });

  it('applies the decisions of a data part', async () => {
    const tool = defineTool({
      name: 'pay',
      description: 'Pays',
      parameters: NONE,
      approval: true,
      run: () => 'paid',
    });
    await using served = await world([{ toolCalls: [{ name: 'pay', args: {} }] }, 'Not paid.'], {}, [tool]);
    const client = await served.client();
    const waiting = asTask(await client.sendMessage(request('Pay')));
    const data = waiting.status?.message?.parts[1]?.content?.value as { decisions: { callId: string }[] };
    const { callId } = data.decisions[0] as { callId: string };
    await expect(
      client.sendMessage(
        request([decisionsPart({ callId: 'other', approve: true })], { taskId: waiting.id }),
      ),
    ).rejects.toThrow('waiting call');
    const done = asTask(
      await client.sendMessage(
        request([decisionsPart({ callId, deny: 'too expensive' })], { taskId: waiting.id }),
      ),
    );
    expect(stateOf(done)).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(JSON.stringify(served.requests[1]?.request.messages)).toContain('too expensive');
  });

  it('refuses callers without authorization with 401, and shows them the card', async () => {
    await using served = await world(['x']);
    const client = await served.client('nobody');
    expect((await client.getAgentCard()).name).toBe('Support');
    await expect(client.sendMessage(request('hi'))).rejects.toThrow('not authorized');
    const response = await fetch(`${served.http.origin}/a2a`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(served.requests).toEqual([]);
  });
});
