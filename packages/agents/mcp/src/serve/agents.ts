import type { Decision, RunResult, RunState } from '@majordomo/agent';
import { suspendedCalls } from '@majordomo/agent/steps';
import { messageOf, type ToolCallPart } from '@majordomo/core';
import { layoutOf, memoryRecords, type RecordStore } from '@majordomo/records';
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/server';
import { namedRecords } from '../entry.ts';
import type { ServedAgent } from './options.ts';
import { errorResult, type ServedCall } from './served-tool.ts';

/** Time for which a run that waits for a person is stored, in milliseconds. */
const LIFETIME_MS = 60 * 60 * 1000;
const MAX_RUNS = 1000;
const UNAVAILABLE = 'The run has ended or expired. Call the tool again without a state.';

/** Run that waits for a person. */
export interface WaitingRun {
  /** Calls that the person must approve. */
  readonly calls: readonly ToolCallPart[];
  /** Random name of the stored run. The client receives only this name, not the state of the run. */
  readonly requestState: string;
}

/** Reply of a client to the questions of a waiting run. */
export interface AgentReply {
  /** Whether the client supports elicitation, so that it can ask a person. */
  readonly canAsk: boolean;
  readonly requestState: string | undefined;
  /** Whether the person approves a call. */
  approves(callId: string): boolean;
}

/** Agents that are served as tools with one argument, `task`. */
export class ServedAgents {
  readonly listed: readonly ListedTool[];
  private readonly agents: ReadonlyMap<string, ServedAgent>;
  private readonly records: RecordStore;

  constructor(
    agents: readonly ServedAgent[],
    records: RecordStore = memoryRecords({ maxRecords: MAX_RUNS }),
  ) {
    this.agents = new Map(agents.map((agent) => [agent.name, agent]));
    this.records = namedRecords(records, 'serveMcp');
    this.listed = agents.map(({ name, description }) => ({
      name,
      description,
      inputSchema: {
        type: 'object',
        properties: { task: { type: 'string', description: 'The complete task' } },
        required: ['task'],
        additionalProperties: false,
      },
    }));
  }

  has(name: string): boolean {
    return this.agents.has(name);
  }

  /** Runs an agent, or continues a run with the person's replies. Returns failures as error results. */
  async call(call: ServedCall, reply: AgentReply): Promise<CallToolResult | WaitingRun> {
    try {
      return await this.run(call, reply);
    } catch (error) {
      if (call.signal.aborted) throw error;
      return errorResult(`The agent failed: ${messageOf(error)}`);
    }
  }

  private async run(call: ServedCall, reply: AgentReply): Promise<CallToolResult | WaitingRun> {
    const { name, args, signal, context } = call;
    const agent = this.agents.get(name)?.agent;
    const { task } = args;
    if (agent === undefined || typeof task !== 'string')
      return errorResult('Invalid arguments: task must be a string');
    const options = { signal, context };
    let result: RunResult;
    if (reply.requestState === undefined) result = await agent.run(task, options);
    else {
      const waiting = await this.take(reply.requestState, name);
      if (waiting === undefined) return errorResult(UNAVAILABLE);
      result = await agent.run(waiting.state, { ...options, decisions: repliedDecisions(waiting, reply) });
    }
    while (result.awaiting.length > 0) {
      const decisions = decisionsWithoutPerson(result, reply.canAsk);
      // All waiting calls are for the person. Otherwise, the run continues with these decisions, and the other calls still wait.
      if (decisions.length === 0) return this.store(result, name);
      result = await agent.run(result.state, { ...options, decisions });
    }
    if (result.done === 'answered') return { content: [{ type: 'text', text: result.text }] };
    return errorResult(`The agent stopped without an answer (${String(result.done)}): ${result.text}`);
  }

  /** Stores a run that waits for a person. */
  private async store({ state, awaiting }: RunResult, tool: string): Promise<WaitingRun> {
    const requestState = crypto.randomUUID();
    const ids = awaiting.map(({ id }) => id);
    const value = RUN.write({ tool, ids, state });
    await this.records.write(SPACE, [{ type: 'put', key: requestState, value, keepMs: LIFETIME_MS }]);
    return { calls: awaiting, requestState };
  }

  /** Returns a stored run and removes it from the store, so that the run continues only once. */
  private async take(key: string, tool: string): Promise<StoredRun | undefined> {
    // The client chooses the name.
    if (!RUN_NAME.test(key)) return undefined;
    const record = await this.records.get(SPACE, key);
    const run = record && RUN.read(key, record.value);
    // A call of another tool must not take the run.
    if (record === undefined || run?.tool !== tool) return undefined;
    const isTaken = await this.records.write(SPACE, [{ type: 'remove', key, version: record.version }]);
    return isTaken && run;
  }
}

/** Returns the person's decisions about the calls of a run. */
const repliedDecisions = ({ ids }: StoredRun, reply: AgentReply): readonly Decision[] =>
  ids.map((callId) =>
    reply.approves(callId)
      ? { callId, approve: true }
      : { callId, deny: 'the person did not approve the call' },
  );

/** Returns decisions for the waiting calls that the person who uses the client cannot decide, so that the run does not wait for them. */
function decisionsWithoutPerson({ state, awaiting }: RunResult, canAsk: boolean): readonly Decision[] {
  const suspended = new Map(suspendedCalls(state).map((call) => [call.callId, call]));
  return awaiting.flatMap(({ id: callId }): readonly Decision[] => {
    const call = suspended.get(callId);
    if (call?.unknown === true) return [{ callId, result: UNKNOWN_RESULT }];
    if (call !== undefined) return [{ callId, deny: CANNOT_SUSPEND }];
    return canAsk ? [] : [{ callId, deny: CANNOT_ASK }];
  });
}

const CANNOT_ASK = 'a person must approve this call, and the client does not support elicitation';
const UNKNOWN_RESULT =
  'The call was started, and it is not known whether it took effect. It must not be repeated before a person has checked this.';
const CANNOT_SUSPEND = 'the call waits for a result, which this server cannot receive';

/** Form of the names of stored runs. */
const RUN_NAME = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Run in the store. */
interface StoredRun {
  readonly tool: string;
  /** Ids of the calls that a person must approve. */
  readonly ids: readonly string[];
  readonly state: RunState;
}

const SPACE = 'mcp-runs';
const RUN = layoutOf<StoredRun>('the waiting run', 1);
