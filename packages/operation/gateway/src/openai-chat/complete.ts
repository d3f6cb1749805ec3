import { systemClock, type ChatResponse, type TextPart, type ToolCallPart } from '@majordomo/core';
import { newId } from '../response/id.ts';
import { sumOfUsage } from '../response/usage.ts';
import { argumentsText } from '../parsing/tool-call.ts';
import { tokenText } from '../parsing/replay-token.ts';
import { chatAnnotations, chatLogprobs, chatUsage, FINISH, reasoningDetail } from './format.ts';

/** Returns a `chat.completion` object with the complete responses as its choices. */
export function chatCompletion(responses: readonly ChatResponse[], model: string): object {
  const usage = sumOfUsage(responses.map((response) => response.usage));
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created: Math.floor(systemClock.now() / 1000),
    model,
    choices: responses.map((response, index) => ({
      index,
      message: message(response),
      logprobs: chatLogprobs(response.logprobs),
      finish_reason: FINISH[response.finish],
    })),
    ...(usage !== undefined && { usage: chatUsage(usage) }),
    system_fingerprint: null,
  };
}

function message({ parts, toolCalls }: ChatResponse): object {
  const texts = parts.filter((part) => part.type === 'text');
  const reasoning = parts.filter((part) => part.type === 'reasoning');
  const thought = reasoning.map((part) => part.text).join('');
  const details = reasoning.flatMap((part, index) => reasoningDetail(part, index) ?? []);
  const annotations = annotationsOf(parts);
  return {
    role: 'assistant',
    content: joined(texts.filter((part) => part.isRefusal !== true)),
    refusal: joined(texts.filter((part) => part.isRefusal === true)),
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(toolCall) }),
  };
}

/** Returns the joined text of the parts, or `null` if the text is empty, as the wire requires. */
const joined = (parts: readonly TextPart[]): string | null => parts.map(({ text }) => text).join('') || null;

function annotationsOf(parts: ChatResponse['parts']): readonly object[] {
  let from = 0;
  return parts.flatMap((part) => {
    if (part.type !== 'text' || part.isRefusal === true) return [];
    const found = chatAnnotations(part, from);
    from += part.text.length;
    return found;
  });
}

const toolCall = (call: ToolCallPart): object => ({
  id: call.id,
  type: 'function',
  function: { name: call.name, arguments: argumentsText(call) },
  ...extraContent(call),
});

/** Returns the replay token as the member `extra_content`, which Google's servers of this wire also use. */
export function extraContent({ replay }: ToolCallPart): object {
  const token = tokenText(replay);
  return token === undefined ? {} : { extra_content: { majordomo: token } };
}
