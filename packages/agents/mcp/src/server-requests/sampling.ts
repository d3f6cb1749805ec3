import { LlmError, type ChatRequest, type Message, type UserPart } from '@majordomo/core';
import { fromBase64 } from '@majordomo/core/toolkit';
import type { HandlerResultTypeMap, RequestTypeMap } from '@modelcontextprotocol/client';
import type { McpSampling } from '../options.ts';
import { refusalError } from './elicitation.ts';

type Params = RequestTypeMap['sampling/createMessage']['params'];
type Result = HandlerResultTypeMap['sampling/createMessage'];

const MAX_REQUESTS = 10;
const MAX_TOKENS = 1000;

/** Handles a server's requests for completions, within the limits of `McpSampling`. */
export class Sampler {
  private readonly options: McpSampling;
  private requestCount = 0;

  constructor(options: McpSampling) {
    this.options = options;
  }

  /** Requests a completion. If the model fails, the server receives only the kind of the error. */
  async sample(params: Params, signal: AbortSignal): Promise<Result> {
    const { model, maxRequests = MAX_REQUESTS, maxTokens = MAX_TOKENS } = this.options;
    if (this.requestCount >= maxRequests)
      throw refusalError(
        `sampling is refused: the limit of ${maxRequests} requests per connection is reached`,
      );
    this.requestCount += 1;
    const request = requestOf(params, maxTokens);
    try {
      const { text, target, finish } = await model.generate(request, { signal });
      const stopReason = finish === 'length' ? 'maxTokens' : 'endTurn';
      return { role: 'assistant', content: { type: 'text', text }, model: target, stopReason };
    } catch (error) {
      throw refusalError(`the call of the model failed: ${LlmError.is(error) ? error.kind : 'unknown'}`);
    }
  }
}

/** Converts a completion request. Ignores the requested models, and the requested context of other servers. */
function requestOf(params: Params, limit: number): ChatRequest {
  const { messages, systemPrompt: system, temperature, stopSequences: stop, maxTokens } = params;
  const optional = { system, temperature, stop };
  return { messages: messages.map(messageOf), ...optional, maxTokens: Math.min(maxTokens, limit) };
}

type SamplingMessage = Params['messages'][number];

function messageOf({ role, content }: SamplingMessage): Message {
  const parts = (Array.isArray(content) ? content : [content]).map(partOf);
  if (role === 'user') return { role, parts };
  // Only the text, because most vendors accept no images in messages of the assistant.
  return { role, parts: parts.filter((part) => part.type === 'text') };
}

function partOf(block: Extract<SamplingMessage['content'], readonly unknown[]>[number]): UserPart {
  if (block.type === 'text') return { type: 'text', text: block.text };
  if (block.type === 'image')
    return { type: 'image', mediaType: block.mimeType, bytes: fromBase64(block.data) };
  throw refusalError(`sampling is refused: the content type ${block.type} is not supported`);
}
