import { LlmError } from '@majordomo/core';
import { asList, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { isAgent } from './agents.ts';
import { UNSIGNED_MARK } from './messages.ts';

type Json = Readonly<Record<string, unknown>>;

/** Members of a generateContent request that an interaction of an agent can express. */
const AGENT_BODY = ['contents', 'systemInstruction', 'generationConfig', 'tools'];
/** Members of a generateContent request that an interaction of a model can express. */
const BODY = [...AGENT_BODY, 'toolConfig'];
/** Members of `generation_config` by the member of `generationConfig` that they replace. */
const CONFIG: Readonly<Record<string, string>> = {
  maxOutputTokens: 'max_output_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  stopSequences: 'stop_sequences',
  seed: 'seed',
};
/** Members of a function declaration that an interaction can express. */
const FUNCTION = ['name', 'description', 'parameters', 'parametersJsonSchema'];
/** Members of `generationConfig` that become members with another form. */
const OTHER_CONFIG = ['thinkingConfig', 'responseMimeType', 'responseSchema', 'responseJsonSchema'];

/**
 * Converts the body of a generateContent request to an interaction that runs in the background. Throws `unsupported` for a member that
 * an interaction cannot express. Source: types of @google/genai 3.1.
 */
export function interactionBody(modelId: string, body: Json, target: string): Json {
  const rejectOthers = rejectOthersFor(target);
  const isForAgent = isAgent(modelId);
  rejectOthers(body, isForAgent ? AGENT_BODY : BODY, 'request');
  const config = asRecord(body['generationConfig']);
  rejectOthers(
    config,
    isForAgent ? OTHER_CONFIG : [...Object.keys(CONFIG), ...OTHER_CONFIG],
    'generationConfig',
  );
  const tools = asList(body['tools']).map(asRecord);
  for (const tool of tools) rejectOthers(tool, ['functionDeclarations'], 'tools');
  const functions = tools.flatMap((tool) => asList(tool['functionDeclarations']).map(asRecord));
  for (const declared of functions) rejectOthers(declared, FUNCTION, 'functionDeclarations');
  const system = asList(asRecord(body['systemInstruction'])['parts']).map(asRecord);
  for (const part of system) rejectOthers(part, ['text'], 'systemInstruction.parts');
  return defined({
    model: isForAgent ? undefined : modelId,
    agent: isForAgent ? modelId : undefined,
    input: new Steps(rejectOthers).of(asList(body['contents']).map(asRecord)),
    system_instruction: system.length === 0 ? undefined : system.map(({ text }) => text).join('\n'),
    generation_config: isForAgent
      ? undefined
      : generationConfig(config, asRecord(body['toolConfig']), rejectOthers),
    agent_config: isForAgent ? agentConfig(config, rejectOthers) : undefined,
    response_format: responseFormat(config),
    tools: functions.length === 0 ? undefined : functions.map(functionTool),
    background: true,
    store: true,
  });
}

type RejectOthers = (value: Json, members: readonly string[], where: string) => void;

/** Returns a function that throws `unsupported` if an object has other members than `members`. */
const rejectOthersFor =
  (target: string): RejectOthers =>
  (value, members, where) => {
    const other = Object.keys(value).find((member) => !members.includes(member));
    if (other === undefined) return;
    const why = `${target}: a background job cannot express ${where}.${other}; omit it, or use a live call of a model`;
    throw new LlmError('unsupported', why, { target, path: other });
  };

const defined = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));

function generationConfig(config: Json, toolConfig: Json, rejectOthers: RejectOthers): Json | undefined {
  const calling = asRecord(toolConfig['functionCallingConfig']);
  rejectOthers(toolConfig, ['functionCallingConfig'], 'toolConfig');
  rejectOthers(calling, ['mode', 'allowedFunctionNames'], 'functionCallingConfig');
  const thinking = asRecord(config['thinkingConfig']);
  rejectOthers(thinking, ['includeThoughts', 'thinkingLevel'], 'thinkingConfig');
  const named = Object.entries(CONFIG).map(([from, to]): [string, unknown] => [to, config[from]]);
  const own = defined({
    ...Object.fromEntries(named),
    thinking_level: asText(thinking['thinkingLevel'])?.toLowerCase(),
    thinking_summaries: thinking['includeThoughts'] === true ? 'auto' : undefined,
    tool_choice: toolChoice(calling),
  });
  return Object.keys(own).length === 0 ? undefined : own;
}

/** Returns the settings of a research agent, which chooses its own model and limits. */
function agentConfig(config: Json, rejectOthers: RejectOthers): Json {
  const thinking = asRecord(config['thinkingConfig']);
  rejectOthers(thinking, ['includeThoughts'], 'thinkingConfig');
  const summaries = thinking['includeThoughts'] === true ? 'auto' : undefined;
  return defined({ type: 'deep-research', thinking_summaries: summaries });
}

function toolChoice({ mode, allowedFunctionNames: tools }: Json): unknown {
  const choice = asText(mode)?.toLowerCase();
  return tools === undefined ? choice : { allowed_tools: { mode: choice, tools } };
}

function responseFormat({ responseMimeType, responseSchema, responseJsonSchema }: Json): Json | undefined {
  if (responseMimeType === undefined) return undefined;
  const schema = responseJsonSchema ?? responseSchema;
  return defined({ type: 'text', mime_type: responseMimeType, schema });
}

const functionTool = ({ name, description, parameters, parametersJsonSchema }: Json): Json =>
  defined({ type: 'function', name, description, parameters: parametersJsonSchema ?? parameters });

/** Converter of `contents` to steps. A call without an id receives one, by which its result is found. */
class Steps {
  private readonly rejectOthers: RejectOthers;
  private readonly steps: Json[] = [];
  /** Ids of the calls without a result, by name. */
  private readonly calls = new Map<string, string[]>();
  private count = 0;

  constructor(rejectOthers: RejectOthers) {
    this.rejectOthers = rejectOthers;
  }

  of(contents: readonly Json[]): readonly Json[] {
    for (const { role, parts } of contents)
      for (const part of asList(parts).map(asRecord)) {
        if (role === 'model') this.addModelPart(part);
        else this.addUserPart(part);
      }
    return this.steps;
  }

  private addUserPart(part: Json): void {
    this.rejectOthers(part, ['text', 'inlineData', 'fileData', 'functionResponse'], 'part');
    const { functionResponse } = part;
    if (!isRecord(functionResponse)) {
      this.addContent('user_input', contentOf(part, this.rejectOthers));
      return;
    }
    this.rejectOthers(functionResponse, ['id', 'name', 'response'], 'functionResponse');
    const { id, name, response } = functionResponse;
    const known = this.calls.get(String(name))?.shift();
    const { error } = asRecord(response);
    const step = { type: 'function_result', call_id: id ?? known, name, result: JSON.stringify(response) };
    this.steps.push(error === undefined ? step : { ...step, is_error: true });
  }

  private addModelPart(part: Json): void {
    this.rejectOthers(part, ['text', 'thought', 'thoughtSignature', 'functionCall'], 'part');
    const { text, thought, thoughtSignature, functionCall } = part;
    // The placeholder for a missing signature is not a signature.
    const signature = thoughtSignature === UNSIGNED_MARK ? undefined : thoughtSignature;
    const summary = thought === true ? [{ type: 'text', text }] : undefined;
    if (summary !== undefined || signature !== undefined)
      this.steps.push(defined({ type: 'thought', summary, signature }));
    if (isRecord(functionCall)) this.addCall(functionCall);
    else if (thought !== true) this.addContent('model_output', contentOf({ text }, this.rejectOthers));
  }

  private addCall({ id: ownId, name, args }: Json): void {
    const id = asText(ownId) ?? `call_${++this.count}`;
    const waiting = this.calls.get(String(name)) ?? [];
    this.calls.set(String(name), [...waiting, id]);
    this.steps.push({ type: 'function_call', id, name, arguments: args ?? {} });
  }

  /** Adds content to the last step of this type, or in a new step. */
  private addContent(type: string, content: Json): void {
    const last = this.steps.at(-1);
    if (last?.['type'] === type) this.steps.pop();
    const before = last?.['type'] === type ? asList(last['content']) : [];
    this.steps.push({ type, content: [...before, content] });
  }
}

function contentOf({ text, inlineData, fileData }: Json, rejectOthers: RejectOthers): Json {
  const media = inlineData ?? fileData;
  if (!isRecord(media)) return { type: 'text', text };
  rejectOthers(media, ['mimeType', 'data', 'fileUri'], 'part');
  const { mimeType, data, fileUri } = media;
  const [kind = ''] = String(mimeType).split('/', 1);
  const type = ['image', 'audio', 'video'].includes(kind) ? kind : 'document';
  return defined({ type, data, uri: fileUri, mime_type: mimeType });
}
