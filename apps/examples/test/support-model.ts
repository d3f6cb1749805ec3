import { startFaultyServer, type FaultyServer, type ScriptedResponse } from '@majordomo/testing';

/** Content of a message on Anthropic's wire. */
interface Block {
  readonly type: string;
  readonly text?: string;
  readonly content?: unknown;
}

/** Request on Anthropic's wire. */
interface Request {
  readonly system?: unknown;
  readonly tools?: readonly { readonly name: string }[];
  readonly messages: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
}

/**
 * Starts a server that plays a model for the example of evaluations: it follows the instructions about orders and uses the tools
 * that it has.
 */
export const startSupportModel = (): Promise<FaultyServer> =>
  startFaultyServer(({ body }) => responseTo(body as unknown as Request));

const FOLLOW_UP = ['Can I do anything else for you?', 'Sorry for the wait.', 'Thank you for your patience.'];

function responseTo({ system, tools = [], messages }: Request): ScriptedResponse {
  const blocks = messages.flatMap(({ content }): readonly Block[] =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  );
  const question = blocks.find(({ type }) => type === 'text')?.text ?? '';
  const results = blocks.filter(({ type }) => type === 'tool_result').map(({ content }) => textOf(content));
  const [id = ''] = /\d+/.exec(question) ?? [];
  const has = (name: string): boolean => tools.some((tool) => tool.name === name);
  const state = results[0];
  if (state === undefined) {
    if (has('order') && JSON.stringify(system).includes('Look up the order'))
      return { toolCalls: [{ name: 'order', args: { id } }] };
    return 'Please look at the page of your order.';
  }
  const wantsRefund = /refund|money back/.test(question);
  const mayRefund = wantsRefund && state.includes('arrived') && has('refund');
  if (mayRefund && results.length === 1) return { toolCalls: [{ name: 'refund', args: { id } }] };
  const answer = mayRefund ? `Order ${id} is refunded.` : `Order ${id}: ${state}.`;
  return `${answer} ${FOLLOW_UP[Number(id) % FOLLOW_UP.length] ?? ''}`;
}

const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);
