import type { AssistantPart, CallPart, JsonObject, TurnMessage, Warning } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { isCall, withAssistantParts } from './transcript.ts';

/** Ids of the programs to which a part belongs. */
export interface ProgramIds {
  /** Program whose code the part contains. */
  readonly code?: string | undefined;
  /** Program whose output the part contains. */
  readonly output?: string | undefined;
  /** Program that made the call. */
  readonly caller?: string | undefined;
}

/** Rules of a vendor for the programs in a transcript. */
export interface ProgramRules {
  /** Returns the programs to which a part belongs. Called only with parts that the model can read. */
  readonly idsOf: (part: AssistantPart) => ProgramIds;
  /** Whether the request has what a waiting program requires, such as the tool that runs programs. */
  readonly canContinue: boolean;
  /** Whether the request has what a paused program without calls requires. */
  readonly canResume: boolean;
  /** Whether a message of the user may follow the results of a program that has no output. */
  readonly mayBeInterrupted: boolean;
}

/** Transcript without the programs that cannot continue. */
export interface SettledPrograms {
  readonly messages: readonly TurnMessage[];
  /** One warning if programs were removed. */
  readonly warnings: readonly Warning[];
}

/**
 * Removes the programs of the vendor that cannot continue: the transcript lacks their code, or they have no output and do not wait
 * for results. Their calls are sent as calls of the model. Returns the same messages if it removes nothing.
 */
export function settlePrograms(messages: readonly TurnMessage[], rules: ProgramRules): SettledPrograms {
  const dropped = droppedPrograms(messages, rules);
  if (dropped.size === 0) return { messages, warnings: [] };
  const why =
    'a program must have its code, and its output, or wait for results that this request contains; its calls remain';
  return {
    messages: withAssistantParts({ messages }, (part) => withoutProgram(part, dropped, rules)).messages,
    warnings: [{ action: 'dropped', what: 'programs that cannot continue', why }],
  };
}

interface Program {
  hasCode: boolean;
  hasCalls: boolean;
  hasOutput: boolean;
  /** Whether the last turn of the model started the program, or has a call of it. */
  waits: boolean;
  /** Whether a message of the user follows the turn that started the program or a call of it. */
  isInterrupted: boolean;
}

const NONE: ReadonlySet<string> = new Set();

function droppedPrograms(messages: readonly TurnMessage[], rules: ProgramRules): ReadonlySet<string> {
  const programs = programsIn(messages, rules);
  if (programs.size === 0) return NONE;
  const isValid = ({ hasCode, hasCalls, hasOutput, waits, isInterrupted }: Program): boolean => {
    const mayFollowUser = hasCalls && rules.mayBeInterrupted;
    if (!hasCode || (isInterrupted && !mayFollowUser)) return false;
    if (hasOutput) return true;
    // A program without calls is paused, and the vendor itself resumes it.
    return waits && (hasCalls ? rules.canContinue : rules.canResume);
  };
  return new Set([...programs].filter(([, program]) => !isValid(program)).map(([id]) => id));
}

function programsIn(messages: readonly TurnMessage[], { idsOf }: ProgramRules): Map<string, Program> {
  const programs = new Map<string, Program>();
  const programOf = (id: string): Program => {
    const known = programs.get(id);
    if (known !== undefined) return known;
    const program = { hasCode: false, hasCalls: false, hasOutput: false, waits: false, isInterrupted: false };
    programs.set(id, program);
    return program;
  };
  /** Programs without output of the last turn. */
  let open = new Set<Program>();
  for (const message of messages) {
    if (message.role === 'user') for (const program of open) program.isInterrupted = true;
    if (message.role !== 'assistant') continue;
    for (const program of open) program.waits = false;
    open = new Set();
    for (const part of message.parts) {
      const { code, output, caller } = idsOf(part);
      if (code !== undefined) open.add(Object.assign(programOf(code), { hasCode: true, waits: true }));
      if (caller !== undefined && isCall(part))
        open.add(Object.assign(programOf(caller), { hasCalls: true, waits: true }));
      if (output === undefined) continue;
      const ended = Object.assign(programOf(output), { hasOutput: true });
      open.delete(ended);
    }
  }
  return programs;
}

/** Returns a part, or `undefined` for the code or output of a dropped program. A call of such a program becomes one of the model. */
function withoutProgram(
  part: AssistantPart,
  dropped: ReadonlySet<string>,
  { idsOf }: ProgramRules,
): AssistantPart | undefined {
  const { code, output, caller } = idsOf(part);
  const isDropped = [code, output, caller].some((id) => id !== undefined && dropped.has(id));
  if (!isDropped) return part;
  return isCall(part) ? directCall(part) : undefined;
}

/** Returns the call of a program as a call of the model. Vendors name the program as `caller` of a call or of its item. */
function directCall(part: CallPart): CallPart {
  const { caller: _caller, item, ...data } = asRecord(part.replay?.data);
  const { caller: _itemCaller, ...members } = asRecord(item);
  const replay = part.replay && {
    ...part.replay,
    data: { ...data, ...(item !== undefined && { item: members }) } as JsonObject,
  };
  // A vendor call always has replay data, even if they are empty now.
  if (part.type === 'vendor-call') return { ...part, ...(replay && { replay }) };
  const { replay: _replay, programId: _program, ...call } = part;
  // Replay data that contained only the caller is now empty, and is omitted.
  return Object.keys(replay?.data ?? {}).length === 0 ? call : { ...call, replay };
}
