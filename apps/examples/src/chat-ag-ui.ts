import { createAgent, defineTool, type Tool } from '@majordomo/agent';
import { LlmError, type ChatModel } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import { agUiChannel, agUiResponse, fromAgUi, type AgUiChannel } from '@majordomo/ui/ag-ui';

const order = defineTool({
  name: 'order',
  description: 'Orders a pizza to an address',
  parameters: { type: 'object', properties: { address: { type: 'string' } }, required: ['address'] },
  approval: true,
  run({ address }, { context }) {
    (context as AgUiChannel).setState({ address: address ?? null, status: 'ordered' });
    return 'The pizza arrives in 30 minutes.';
  },
});

const serverTools: readonly Tool[] = [order];

/**
 * Returns the handler of a chat with an AG-UI page, such as CopilotKit. The page may offer tools, for example one that reads the
 * user's place. It shows the state of the order, and asks the user before the server orders. Authorize its requests first.
 */
export function agUiChat(model: ChatModel, secret: string): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const input = await fromAgUi(await readJson(request), { secret, serverTools });
      const channel = agUiChannel(input);
      const agent = createAgent({ model, tools: [...serverTools, ...input.tools] });
      const { decisions } = input;
      const events = agent.stream(input.run, { decisions, context: channel, afterCommit: 'restart' });
      return agUiResponse(events, { input, channel, secret, signal: request.signal });
    } catch (error) {
      if (LlmError.is(error, 'invalid-request')) return new Response(error.message, { status: 400 });
      throw error;
    }
  };
}
