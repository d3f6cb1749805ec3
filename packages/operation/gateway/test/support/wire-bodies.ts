import type {
  AssistantPart,
  ChatRequest,
  ImagePart,
  Message,
  TextPart,
  ToolChoice,
  ToolResultPart,
  ToolSpec,
  UserPart,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { parseMessages } from '../../src/anthropic-messages/read.ts';
import { parseGemini } from '../../src/gemini-generate/read.ts';
import { parseChat } from '../../src/openai-chat/read.ts';
import { parseResponses } from '../../src/openai-responses/read.ts';
import { refuseFile, refuseUrl, type Media } from '../../src/parsing/media.ts';
import { tokenText } from '../../src/parsing/replay-token.ts';
import type { ParsedRequest } from '../../src/wire.ts';

/** Wire of the gateway: the requests of its clients, and the parser of these requests. */
export interface ClientWire {
  readonly name: string;
  /** Settings that requests of the wire cannot contain. */
  readonly without: readonly (keyof ChatRequest)[];
  /** Returns the body with which a client sends the request. */
  body(request: ChatRequest): object;
  parse(body: unknown): ParsedRequest;
}

const MEDIA: Media = {
  byFile: (_, path) => refuseFile(path),
  byUrl: (_, path) => refuseUrl(path),
};

const textOf = (parts: readonly { readonly type: string; readonly text?: string }[]): string =>
  parts.map(({ text = '' }) => text).join('');
const isImage = (part: { readonly type: string }): part is ImagePart => part.type === 'image';
const isText = (part: { readonly type: string }): part is TextPart => part.type === 'text';
const dataUrl = ({ mediaType, bytes }: { readonly mediaType: string; readonly bytes: Uint8Array }): string =>
  `data:${mediaType};base64,${toBase64(bytes)}`;
const tokenOf = (part: AssistantPart): string => tokenText('replay' in part ? part.replay : undefined) ?? '';
const systemOf = ({ messages }: ChatRequest): string =>
  messages.flatMap(({ role, parts }) => (role === 'system' ? textOf(parts) : [])).join('');
const turnsOf = ({ messages }: ChatRequest): readonly Message[] =>
  messages.filter(({ role }) => role !== 'system');
const resultsOf = (message: Message): readonly ToolResultPart[] =>
  message.role === 'tool' ? message.parts.filter((part) => part.type === 'tool-result') : [];

const CHAT: ClientWire = {
  name: 'Chat Completions',
  without: ['topK', 'reasoningSummary'],
  parse: (body) => parseChat(body, MEDIA),
  body: (request) => ({
    model: 'm',
    messages: request.messages.flatMap(chatMessages),
    tools: request.tools?.map((tool) => ({ type: 'function', function: tool })),
    tool_choice: chatChoice(request.toolChoice),
    max_completion_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    stop: request.stop,
    seed: request.seed,
    reasoning_effort: request.reasoning,
    safety_identifier: request.endUser,
    response_format: request.output && {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: request.output },
    },
  }),
};

function chatMessages(message: Message): readonly object[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: textOf(message.parts) }];
    case 'user':
      return [{ role: 'user', content: message.parts.map(chatPart) }];
    case 'tool':
      return resultsOf(message).map(({ callId, content }) => ({
        role: 'tool',
        tool_call_id: callId,
        content: content.map(chatPart),
      }));
    case 'assistant': {
      const { parts } = message;
      const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
      const reasoning = parts.flatMap((part) => (part.type === 'reasoning' ? [part] : []));
      return [
        {
          role: 'assistant',
          content: textOf(parts.filter(isText)),
          reasoning_details: reasoning.map((part) => ({ text: part.text, signature: tokenOf(part) })),
          tool_calls: calls.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(args) },
          })),
        },
      ];
    }
  }
}

function chatPart(part: UserPart): object {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'image') return { type: 'image_url', image_url: { url: dataUrl(part) } };
  if (part.type !== 'file') throw new Error(`no ${part.type}`);
  return { type: 'file', file: { file_data: dataUrl(part), filename: part.name } };
}

function chatChoice(choice: ToolChoice | undefined): unknown {
  return typeof choice === 'object' ? { type: 'function', function: choice } : choice;
}

const RESPONSES: ClientWire = {
  name: 'Responses',
  without: ['topK', 'stop', 'seed'],
  parse: (body) => parseResponses(body, MEDIA),
  body: (request) => ({
    model: 'm',
    store: false,
    instructions: systemOf(request),
    input: turnsOf(request).flatMap(responsesItems),
    tools: request.tools?.map((tool) => ({ type: 'function', ...tool })),
    tool_choice:
      typeof request.toolChoice === 'object'
        ? { type: 'function', ...request.toolChoice }
        : request.toolChoice,
    max_output_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    reasoning: { effort: request.reasoning, summary: request.reasoningSummary },
    safety_identifier: request.endUser,
    text: request.output && {
      format: { type: 'json_schema', name: 'answer', schema: request.output },
    },
  }),
};

function responsesItems(message: Message): readonly object[] {
  if (message.role === 'user')
    return [{ type: 'message', role: 'user', content: message.parts.map(responsesPart) }];
  if (message.role === 'assistant') return message.parts.map(responsesItem);
  return resultsOf(message).map(({ callId, content }) => ({
    type: 'function_call_output',
    call_id: callId,
    output: content.map(responsesPart),
  }));
}

function responsesItem(part: AssistantPart): object {
  if (part.type === 'text')
    return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: part.text }] };
  if (part.type === 'reasoning') {
    const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }];
    return { type: 'reasoning', summary, encrypted_content: tokenOf(part) };
  }
  if (part.type !== 'tool-call') throw new Error(`no ${part.type}`);
  return {
    type: 'function_call',
    call_id: part.id,
    name: part.name,
    arguments: JSON.stringify(part.args),
  };
}

function responsesPart(part: UserPart): object {
  if (part.type === 'text') return { type: 'input_text', text: part.text };
  if (part.type === 'image') return { type: 'input_image', image_url: dataUrl(part) };
  if (part.type !== 'file') throw new Error(`no ${part.type}`);
  return { type: 'input_file', file_data: dataUrl(part), filename: part.name };
}

const MESSAGES: ClientWire = {
  name: 'Messages',
  without: ['frequencyPenalty', 'presencePenalty', 'seed', 'reasoningSummary'],
  parse: (body) => parseMessages(body, MEDIA),
  body: (request) => ({
    model: 'm',
    system: systemOf(request),
    messages: turnsOf(request).map(messagesTurn),
    tools: request.tools?.map(({ name, description, parameters }) => ({
      name,
      description,
      input_schema: parameters,
    })),
    tool_choice: messagesChoice(request.toolChoice),
    max_tokens: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    stop_sequences: request.stop,
    metadata: request.endUser === undefined ? undefined : { user_id: request.endUser },
    thinking: thinkingOf(request.reasoning),
    output_config: {
      effort: isConfigured(request.reasoning) ? request.reasoning : undefined,
      format: request.output && { type: 'json_schema', schema: request.output },
    },
  }),
};

const isConfigured = (effort: ChatRequest['reasoning']): boolean => effort !== 'none' && effort !== 'minimal';

function thinkingOf(effort: ChatRequest['reasoning']): object | undefined {
  if (effort === undefined) return undefined;
  if (effort === 'none') return { type: 'disabled' };
  return effort === 'minimal' ? { type: 'enabled', budget_tokens: 1024 } : { type: 'adaptive' };
}

function messagesChoice(choice: ToolChoice | undefined): object | undefined {
  if (choice === undefined) return undefined;
  if (typeof choice === 'object') return { type: 'tool', ...choice };
  return { type: choice === 'required' ? 'any' : choice };
}

function messagesTurn(message: Message): object {
  if (message.role === 'user') return { role: 'user', content: message.parts.map(messagesBlock) };
  if (message.role === 'assistant') return { role: 'assistant', content: message.parts.map(messagesBlock) };
  return {
    role: 'user',
    content: resultsOf(message).map(({ callId, content, isError }) => ({
      type: 'tool_result',
      tool_use_id: callId,
      content: content.map(messagesBlock),
      is_error: isError,
    })),
  };
}

function messagesBlock(part: UserPart | AssistantPart): object {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'reasoning':
      return part.text === ''
        ? { type: 'redacted_thinking', data: tokenOf(part) }
        : { type: 'thinking', thinking: part.text, signature: tokenOf(part) };
    case 'tool-call':
      return { type: 'tool_use', id: part.id, name: part.name, input: part.args };
    case 'image':
    case 'file': {
      const source = { type: 'base64', media_type: part.mediaType, data: toBase64(part.bytes) };
      return part.type === 'image'
        ? { type: 'image', source }
        : { type: 'document', source, title: part.name };
    }
    default:
      throw new Error(`no ${part.type}`);
  }
}

const GEMINI: ClientWire = {
  name: 'Gemini',
  without: ['endUser'],
  parse: (body) => parseGemini(body, MEDIA, { model: 'm', isStreamed: false }, 1),
  body: (request) => geminiBody(request, turnsOf(request).map(geminiContent)),
};

/** Gemini's wire with the history of a client that has received streams: a content for each chunk. */
const STREAMED_GEMINI: ClientWire = {
  ...GEMINI,
  name: 'Gemini with a streamed history',
  body: (request) => geminiBody(request, turnsOf(request).flatMap(streamedContents)),
};

const geminiBody = (request: ChatRequest, contents: readonly object[]): object => ({
  contents,
  systemInstruction: systemOf(request) === '' ? undefined : { parts: [{ text: systemOf(request) }] },
  tools: request.tools && [{ functionDeclarations: request.tools.map(declaration) }],
  toolConfig: request.toolChoice && { functionCallingConfig: geminiChoice(request.toolChoice) },
  generationConfig: {
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    frequencyPenalty: request.frequencyPenalty,
    presencePenalty: request.presencePenalty,
    stopSequences: request.stop,
    seed: request.seed,
    responseMimeType: request.output && 'application/json',
    responseJsonSchema: request.output,
    thinkingConfig: {
      includeThoughts: request.reasoningSummary === undefined ? undefined : true,
      thinkingBudget: request.reasoning && BUDGETS[request.reasoning],
    },
  },
});

/** Budgets of the efforts. */
const BUDGETS: Readonly<Record<NonNullable<ChatRequest['reasoning']>, number>> = {
  none: 0,
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 48_000,
};

const declaration = ({ name, description, parameters }: ToolSpec): object => ({
  name,
  description,
  parametersJsonSchema: parameters,
});

function geminiChoice(choice: ToolChoice): object {
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  return { mode: choice === 'required' ? 'ANY' : choice.toUpperCase() };
}

function geminiContent(message: Message): object {
  if (message.role === 'user') return { role: 'user', parts: message.parts.map(geminiPart) };
  if (message.role === 'assistant') return { role: 'model', parts: message.parts.map(geminiPart) };
  return { role: 'user', parts: resultsOf(message).map(geminiResponse) };
}

const geminiResponse = ({ callId, name, content, isError }: ToolResultPart): object => {
  const images = content.filter(isImage);
  return {
    functionResponse: {
      id: callId,
      name,
      response: { [isError === true ? 'error' : 'output']: textOf(content.filter(isText)) },
      parts: images.map(geminiPart),
    },
  };
};

function geminiPart(part: UserPart | AssistantPart): object {
  switch (part.type) {
    case 'text':
      return { text: part.text };
    case 'reasoning':
      return { text: part.text, thought: true, thoughtSignature: tokenOf(part) };
    case 'tool-call':
      return { functionCall: { id: part.id, name: part.name, args: part.args } };
    case 'image':
      return { inlineData: { mimeType: part.mediaType, data: toBase64(part.bytes) } };
    case 'file':
      return {
        inlineData: { mimeType: part.mediaType, data: toBase64(part.bytes), displayName: part.name },
      };
    default:
      throw new Error(`no ${part.type}`);
  }
}

function streamedContents(message: Message): readonly object[] {
  if (message.role !== 'assistant') return [geminiContent(message)];
  return [...message.parts.flatMap(chunksOf), { text: '' }].map((part) => ({ role: 'model', parts: [part] }));
}

function chunksOf(part: AssistantPart): readonly object[] {
  if (part.type !== 'text' && part.type !== 'reasoning') return [geminiPart(part)];
  const thought = part.type === 'reasoning';
  const texts = Array.from(part.text, (text) => ({ text, thought }));
  const token = tokenOf(part);
  return token === '' ? texts : [...texts, { text: '', thoughtSignature: token, thought }];
}

/** Wires of the gateway. */
export const CLIENT_WIRES: readonly ClientWire[] = [CHAT, RESPONSES, MESSAGES, GEMINI, STREAMED_GEMINI];
