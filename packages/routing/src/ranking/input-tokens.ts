import { estimateRequest } from '@majordomo/catalog/tokens';
import type {
  ChatRequest,
  ImagePart,
  JsonObject,
  Message,
  ObjectSchema,
  ResolvedTarget,
  ToolSpec,
} from '@majordomo/core';

type Estimated = Parameters<typeof estimateRequest>[0];
type Target = Pick<ResolvedTarget, 'vendor' | 'model'>;

/** Input of a plan without a request, in tokens. */
const DEFAULT_INPUT_TOKENS = 1000;

const EMPTY_REQUEST: Estimated = { system: undefined, messages: [], tools: [], output: undefined };
/** Vendors add hidden tokens to a request, and more to one with tools. */
const ANY_TOOL: Estimated['tools'][number] = { name: '', description: '', parameters: {} };

/**
 * Estimates the input tokens of a request at a target. Text is counted once for all targets and later turns.
 * Only the vendor's additions and the tokens of images differ.
 */
export function inputTokens(request: ChatRequest | undefined, target: Target): number {
  if (request === undefined) return DEFAULT_INPUT_TOKENS;
  const { messages, tools = [] } = request;
  const pictures = messages.flatMap(imagesOf);
  return (
    textTokens(request) +
    estimateRequest({ ...EMPTY_REQUEST, tools: tools.length > 0 ? [ANY_TOOL] : [] }, target).tokens +
    (pictures.length > 0 ? addedTokens({ messages: pictures }, target) : 0)
  );
}

const textTokens = memoize((request: ChatRequest): number => {
  const { system, messages, tools, output } = request;
  const schema = typeof output === 'object' ? { name: '', schema: output } : undefined;
  return (
    addedTokens({ system, output: schema }) +
    (tools === undefined ? 0 : toolTokens(tools)) +
    messages.reduce((sum, message) => sum + messageTokens(message), 0)
  );
});

/** Messages do not change after they are sent, so that a growing conversation counts only new ones. */
const messageTokens = memoize((message: Message): number =>
  addedTokens({ messages: [withoutImages(message)] }),
);

const toolTokens = memoize((tools: readonly ToolSpec[]): number => {
  const told = tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters: jsonOf(parameters),
  }));
  return (
    estimateRequest({ ...EMPTY_REQUEST, tools: told }).tokens -
    estimateRequest({ ...EMPTY_REQUEST, tools: [ANY_TOOL] }).tokens
  );
});

const addedTokens = (part: Partial<Estimated>, target: Partial<Target> = {}): number =>
  estimateRequest({ ...EMPTY_REQUEST, ...part }, target).tokens -
  estimateRequest(EMPTY_REQUEST, target).tokens;

/** Returns the message without its images. */
function withoutImages(message: Message): Message {
  if (message.role === 'user')
    return { ...message, parts: message.parts.filter(({ type }) => type !== 'image') };
  if (message.role !== 'tool') return message;
  const parts = message.parts.map((part) => ({
    ...part,
    content: part.content.filter(({ type }) => type !== 'image'),
  }));
  return { ...message, parts };
}

/** Returns the images of a message as a separate message. */
function imagesOf({ parts }: Message): readonly Message[] {
  const pictures: ImagePart[] = [];
  for (const part of parts)
    for (const piece of part.type === 'tool-result' ? part.content : [part])
      if (piece.type === 'image') pictures.push(piece);
  return pictures.length === 0 ? [] : [{ role: 'user', parts: pictures }];
}

/** Returns the JSON Schema of a library's schema. The call, not the router, rejects a schema without one. */
function jsonOf(parameters: ToolSpec['parameters']): JsonObject {
  try {
    const json = isStandard(parameters)
      ? parameters['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
      : parameters;
    JSON.stringify(json);
    return json as JsonObject;
  } catch {
    return {};
  }
}

const isStandard = (parameters: ToolSpec['parameters']): parameters is ObjectSchema<unknown> =>
  '~standard' in parameters;

/** Caches a count for the lifetime of its object. */
function memoize<Subject extends object>(count: (subject: Subject) => number): (subject: Subject) => number {
  const known = new WeakMap<Subject, number>();
  return (subject) => {
    const before = known.get(subject);
    if (before !== undefined) return before;
    const tokens = count(subject);
    known.set(subject, tokens);
    return tokens;
  };
}
